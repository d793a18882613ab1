using CllClip.Engine.Data.Corpora;

namespace CllClip.Engine.Tests.Data.Corpora;

/// <summary>A folder for a small data set, taken away afterwards.</summary>
public abstract class CorpusFolderTests : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("cllclip-corpus-").FullName;

    public void Dispose()
    {
        Directory.Delete(Folder, true);
        GC.SuppressFinalize(this);
    }

    protected string At(string path) => Path.Combine(Folder, path);

    protected void Write(string layout) => SmallCorpora.Write(layout, Folder);

    protected CorpusRegistration Registration(string layout, bool leaveOut = false) =>
        new()
        {
            Id = layout,
            Name = layout,
            Kind = layout.Split('-')[0],
            Folder = Folder,
            LeaveOutBroken = leaveOut,
        };

    protected (CorpusManifest? Manifest, CorpusReport Report) Prepare(string layout, bool leaveOut = false)
    {
        var report = new CorpusReport();
        return (CorpusPreparation.Run(Registration(layout, leaveOut), report), report);
    }

    protected CorpusDataset Open(string layout, bool leaveOut = false)
    {
        var (manifest, report) = Prepare(layout, leaveOut);
        return manifest is null ? throw new InvalidOperationException(string.Join('\n', report.Findings)) : CorpusDataset.Open(manifest);
    }
}
