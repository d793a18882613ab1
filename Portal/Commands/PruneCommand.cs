using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Commands;

/// <summary><c>prune</c>: applies the stored rule of what is pruned, while no portal works on the data root.</summary>
internal static class PruneCommand
{
    private const string DryRun = "--dry-run";

    public static readonly IReadOnlyList<Switch> All = [new(DryRun, null, "only says what would go, and what stays and why")];

    public static async Task<int> RunAsync(string[] args)
    {
        var given = Switches.Read(args, All);
        given.Errors.AddRange(given.Words.Select(w => $"'{w}' is not understood. What is pruned is set on the page /storage."));
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        using var host = CommandHost.Build(given.Settings);
        host.Services.GetRequiredService<DataRootLock>();
        host.Services.GetRequiredService<PortalDatabase>().Prepare();
        var pruner = host.Services.GetRequiredService<Pruner>();
        if (given.Has(DryRun))
        {
            var rule = await host.Services.GetRequiredService<PruneStore>().RuleAsync();
            var preview = await pruner.PreviewAsync(rule.Rule);
            foreach (var thing in preview.Things)
            {
                Console.WriteLine($"{PruneKinds.Name(thing.Kind)}\t{Formats.Bytes(thing.Bytes)}\t{thing.Name}");
            }
            foreach (var thing in preview.Kept)
            {
                Console.WriteLine($"kept\t{Formats.Bytes(thing.Bytes)}\t{thing.Name}: {thing.Kept}");
            }
            Console.WriteLine($"{preview.Things.Count} things would go, {Formats.Bytes(preview.Bytes)}.");
            return CommandLine.Done;
        }
        var done = (await pruner.PruneAsync("command line"))!;
        foreach (var thing in done.Things)
        {
            Console.WriteLine(
                $"{PruneKinds.Name(thing.Kind)}\t{Formats.Bytes(thing.Bytes)}\t{thing.Name}{(thing.Error is { } error ? $": not removed, {error}" : "")}"
            );
        }
        Console.WriteLine($"{done.Count} things went, {Formats.Bytes(done.Bytes)}.");
        return done.Failed > 0 ? CommandLine.Failed : CommandLine.Done;
    }
}
