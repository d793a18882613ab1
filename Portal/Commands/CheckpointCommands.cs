using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Commands;

/// <summary><c>export checkpoint</c> and <c>import checkpoint</c>: a stage of a run as a Hugging Face CLIP folder, and such a folder as a base model.</summary>
internal static class CheckpointCommands
{
    public static readonly IReadOnlyList<Switch> ExportSwitches =
    [
        new("--out", "FOLDER", "where to; must not exist or be empty"),
        new("--stage", "N", "stage from 1 (the last that is finished)"),
    ];

    public static readonly IReadOnlyList<Switch> ImportSwitches =
    [
        new("--id", "NAME", "id of the base model in requests (made from the folder's name)"),
        new("--name", "TEXT", "name shown (the model card's)"),
        new("--licence", "TEXT", "licence of the weights (the model card's, or that of a file LICENSE)"),
    ];

    /// <summary>Registers a Hugging Face CLIP folder as a base model; nothing is copied.</summary>
    public static async Task<int> ImportAsync(string[] args)
    {
        var given = Switches.Read(args, ImportSwitches);
        if (given.Words.Count != 1)
        {
            given.Errors.Add("Name one folder: import checkpoint FOLDER");
        }
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        using var host = CommandHost.Build(given.Settings);
        host.Services.GetRequiredService<DataRootLock>();
        var request = new ModelRequest
        {
            Folder = Path.GetFullPath(given.Words[0]),
            Id = given["--id"],
            Name = given["--name"],
            Licence = given["--licence"],
        };
        var result = await host.Services.GetRequiredService<ModelDesk>().RegisterAsync(request);
        if (result.Model is not { } model)
        {
            throw new EngineException(
                string.Join(
                    Environment.NewLine,
                    result.Errors.SelectMany(e => e.Value.Select(m => e.Key == "folder" ? m : $"--{e.Key}: {m}"))
                )
            );
        }
        Console.WriteLine(
            $"Base model {model.Id}, {model.Name}: embeddings of {model.EmbeddingSize}, {model.VocabularySize} tokens, weights {model.Revision}. It stays in {model.Folder}; use it with run --model {model.Id}."
        );
        return CommandLine.Done;
    }

    /// <summary>Only reads, so it may work beside a running portal.</summary>
    public static async Task<int> ExportAsync(string[] args)
    {
        var given = Switches.Read(args, ExportSwitches);
        if (given.Words.Count != 1)
        {
            given.Errors.Add("Name one run: export checkpoint ID --out FOLDER");
        }
        if (!given.Has("--out"))
        {
            given.Errors.Add("--out: name the folder to write.");
        }
        var wanted = given.Whole("--stage");
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        using var host = CommandHost.Build(given.Settings);
        var (id, folder) = (given.Words[0], Path.GetFullPath(given["--out"]!));
        var run = File.Exists(host.Services.GetRequiredService<PortalFolders>().Database)
            ? await host.Services.GetRequiredService<RunQueries>().GetAsync(id)
            : null;
        if (run is null)
        {
            throw new EngineException($"There is no run '{id}'. The page /runs lists them.");
        }
        var chain = await host.Services.GetRequiredService<RunChains>().FolderAsync(id);
        var stages = chain is null ? 0 : CheckpointChain.CountStages(chain);
        if (stages == 0)
        {
            throw new EngineException(
                run.CheckpointsPrunedAt is { } pruned
                    ? PrunedWords.Of(run.Name, pruned)
                    : $"Run {id} has no checkpoints: it trained nothing, or its scores alone were imported."
            );
        }
        var stage = wanted ?? stages;
        CheckpointExport.Write(
            host.Services.GetRequiredService<IEngineHost>().Model(run.Model, "cpu"),
            chain!,
            stage,
            folder,
            host.Services.GetRequiredService<CheckpointCredits>().Of(run.Model, run.Dataset)
        );
        Console.WriteLine($"Stage {stage} of run {id}, {run.Name}, is in {folder}.");
        return CommandLine.Done;
    }
}
