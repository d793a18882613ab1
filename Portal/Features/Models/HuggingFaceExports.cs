using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Features.Models;

/// <summary>
/// Writes stages as Hugging Face folders for sending. Such a folder is made under the data root, one at a time, so that an error is known before the first
/// byte is sent and one model at most is unfolded in memory; it goes when it was sent, and at the start what a killed process left.
/// </summary>
internal sealed class HuggingFaceExports(PortalFolders folders, IEngineHost engine, CheckpointCredits credits, CheckpointUses uses)
    : IHostedService,
        IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly SemaphoreSlim _one = new(1, 1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Delete(folders.Exports);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _one.Dispose();

    /// <summary>Writes the folder of a stage; null where others have been waiting for too long already.</summary>
    /// <exception cref="EngineException">The checkpoint is damaged, its base model is gone, or the disk refuses; nothing is left.</exception>
    public async Task<ExportedFolder?> WriteAsync(LocatedCheckpoint checkpoint, CancellationToken stop)
    {
        if (!await _one.WaitAsync(Patience, stop))
        {
            return null;
        }
        try
        {
            using var use = checkpoint.View.RunId is { } run ? uses.Use(run) : null;
            var folder = Path.Combine(folders.Exports, Guid.NewGuid().ToString("N"));
            await Task.Run(
                () =>
                {
                    Directory.CreateDirectory(folders.Exports);
                    CheckpointExport.Write(
                        engine.Model(checkpoint.Model, "cpu"),
                        checkpoint.ChainFolder!,
                        checkpoint.View.Stage,
                        folder,
                        credits.Of(checkpoint.Model, checkpoint.Dataset)
                    );
                },
                CancellationToken.None
            );
            return new ExportedFolder(folder);
        }
        catch (IOException e)
        {
            throw new EngineException($"The checkpoint cannot be written: {e.Message} Free some space on the portal's disk.", e);
        }
        finally
        {
            _one.Release();
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // tried again at the next start
        }
    }

    /// <summary>A folder that goes with this.</summary>
    public sealed class ExportedFolder(string path) : IDisposable
    {
        public string Path { get; } = path;

        public void Dispose() => Delete(Path);
    }
}
