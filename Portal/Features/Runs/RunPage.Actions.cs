using CllClip.Portal.Features.Models;
using CllClip.Portal.Layout.Components;
using MudBlazor;

namespace CllClip.Portal.Features.Runs;

/// <summary>What can be done with the run.</summary>
public sealed partial class RunPage
{
    private bool _busy;
    private string? _problem; // why what was asked for was not done

    private string Api => $"/api/v1/runs/{Uri.EscapeDataString(Id)}";

    private IReadOnlyList<DownloadMenu.Item> Files =>
        [
            new("Scores, tidy CSV", $"{Api}/scores.csv", $"run-{Id}-scores.csv"),
            new("Scores, JSON", $"{Api}/scores", $"run-{Id}-scores.json"),
            .. _live?.LossCurves.Count > 0
                ? (DownloadMenu.Item[])[new("Training steps, CSV", $"{Api}/steps.csv", $"run-{Id}-steps.csv")]
                : [],
            new("Options and provenance, JSON", Api, $"run-{Id}.json"),
            .. _checkpoint > 0
                ? (DownloadMenu.Item[])
                    [
                        new(
                            $"Checkpoint, {_checkpoint} {(_checkpoint == 1 ? "stage" : "stages")}, ZIP",
                            $"{Api}/checkpoint",
                            $"run-{Id}-checkpoint.zip"
                        ),
                        new(
                            $"Stage {_checkpoint} as a Hugging Face folder, ZIP",
                            HuggingFaceZip.AddressOf(Id, _checkpoint),
                            HuggingFaceZip.NameOf(Id, _checkpoint) + ".zip"
                        ),
                    ]
                : [],
        ];

    private string FileName(string what) => $"run-{Id}-{what}";

    /// <summary>Of figures that follow the choice of the data set: its id is part of the name.</summary>
    private string FileNameOn(string what) => FileName(_testSet is null ? what : $"{_testSet}-{what}");

    private async Task ActAsync(Func<string, CancellationToken, Task<string?>> action)
    {
        (_busy, _problem) = (true, null);
        try
        {
            if (await action(Id, CancellationToken.None) is { } refusal)
            {
                Snackbar.Add(refusal, Severity.Warning);
            }
            await RefreshAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = $"That could not be done: {e.Message}";
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task DeleteAsync()
    {
        var yes = await Dialogs.ShowMessageBoxAsync(
            "Delete?",
            "Deletes this run with scores and checkpoints. This cannot be undone.",
            yesText: "Delete",
            cancelText: "Keep"
        );
        if (yes != true)
        {
            return;
        }
        try
        {
            _problem = null;
            if (await Desk.DeleteAsync(Id) is { } refusal)
            {
                Snackbar.Add(refusal, Severity.Warning);
                return;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = $"The run could not be deleted: {e.Message}";
            return;
        }
        Navigation.NavigateTo("/runs");
    }
}
