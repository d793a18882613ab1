using System.Diagnostics;
using System.Security.Cryptography;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>One drawing on its way from package to store.</summary>
/// <param name="Emoji">Index of the emoji.</param>
/// <param name="Artist">Artist, 0 to 3.</param>
/// <param name="Picture">The drawing's file: SVG, or WebP for artist 3.</param>
internal sealed record Emoji36Drawing(int Emoji, int Artist, byte[] Picture)
{
    private const int MostFaults = 4;

    /// <summary>SHA-256 of the rendered pixels; empty where it could not be rendered.</summary>
    public byte[] PixelHash { get; private set; } = [];

    /// <summary>Rendered pixels; empty where it could not be rendered.</summary>
    public byte[] Pixels { get; private set; } = [];

    /// <summary>Why it could not be rendered, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>Renders all drawings of the data set in parallel; the outcome does not depend on how many threads work.</summary>
    public static IReadOnlyList<Emoji36Drawing> RenderAll(
        Emoji36Packages packages,
        IReadOnlyList<SplitItem> split,
        IProgress<PreparationProgress> progress,
        int parallelism,
        CancellationToken stop
    )
    {
        var drawings = split
            .SelectMany((item, emoji) => Enumerable.Range(0, 4).Select(artist => (item, emoji, artist)))
            .Where(d => packages.Drawings[d.artist].ContainsKey(d.item.Key))
            .Select(d => new Emoji36Drawing(d.emoji, d.artist, packages.Drawings[d.artist][d.item.Key]))
            .ToList();
        var (done, watch, gate) = (0, Stopwatch.StartNew(), new Lock());
        Parallel.ForEach(
            drawings,
            new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = parallelism },
            drawing =>
            {
                drawing.Render();
                lock (gate)
                {
                    if (++done % 50 == 0)
                    {
                        var left = watch.Elapsed.TotalSeconds / done * (drawings.Count - done);
                        progress.Report(
                            new(0.05 + (0.92 * done / drawings.Count), $"Rendering drawings: {done:N0} of {drawings.Count:N0}", left + 1)
                        );
                    }
                }
            }
        );
        CheckFaults(drawings, split);
        return drawings;
    }

    // One or two drawings break one renderer or another (emoji36.md); more are a broken package or renderer, and no gallery to measure on.
    private static void CheckFaults(List<Emoji36Drawing> drawings, IReadOnlyList<SplitItem> split)
    {
        var faulty = drawings.Where(d => d.Fault is not null).ToList();
        if (faulty.Count > MostFaults)
        {
            var first = faulty.Take(3).Select(d => $"{split[d.Emoji].Name} by {Emoji36Source.Artists[d.Artist].Name} ({d.Fault})");
            throw new EngineException(
                $"{faulty.Count} of {drawings.Count} drawings cannot be rendered, among them {string.Join("; ", first)}. {Emoji36Packages.Remedy}"
            );
        }
    }

    private void Render()
    {
        try
        {
            Pixels = Emoji36Renderer.Render(Picture, svg: Artist < 3);
            PixelHash = SHA256.HashData(Pixels);
        }
        catch (EngineException error)
        {
            Fault = error.Message;
        }
    }
}
