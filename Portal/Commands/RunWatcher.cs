using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Commands;

/// <summary>Follows one run on the console until it ends.</summary>
internal sealed class RunWatcher(RunFeed feed, RunQueries queries, ConsoleProgress console)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    public async Task WatchAsync(string id)
    {
        await using var subscription = feed.Subscribe(id);
        var run = (await queries.GetAsync(id))!;
        console.Line($"Run {id} ({run.Name}): {run.Languages.Count} × {run.Epochs} epochs, seed {run.Seed}.");
        var ahead = (await queries.CountAsync()).GetValueOrDefault(RunState.Queued) - (run.State == RunState.Queued ? 1 : 0);
        if (ahead > 0)
        {
            console.Line(
                $"{ahead} other {(ahead == 1 ? "run waits" : "runs wait")} in the queue; what was launched earlier is trained first."
            );
        }
        while (!Ended(run.State))
        {
            using var pause = new CancellationTokenSource(Look);
            try
            {
                while (await subscription.Events.WaitToReadAsync(pause.Token))
                {
                    while (subscription.Events.TryRead(out var message))
                    {
                        Show(message);
                        if (message is StateMessage { State: var state } && Ended(state))
                        {
                            console.End();
                            return;
                        }
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // Nothing came for a while: the store knows whether the run has ended.
            }
            run = (await queries.GetAsync(id))!;
        }
        console.End();
    }

    private static bool Ended(RunState state) => state is RunState.Completed or RunState.Failed or RunState.Stopped;

    private void Show(object message)
    {
        switch (message)
        {
            case ProgressMessage { Progress: var p }:
                var epoch = p.Phase == "training" ? $" epoch {p.Epoch}/{p.Epochs}" : "";
                console.Report(p.Fraction, $"{p.Language} ({p.Stage}/{p.Stages}), {p.Phase}{epoch}", p.SecondsLeft);
                break;
            case LogMessage line:
                console.Line(line.Text);
                break;
        }
    }
}
