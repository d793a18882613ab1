using System.Globalization;
using CllClip.Portal.Features.Mlflow;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Jobs;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
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
            new(L["Scores, tidy CSV"], $"{Api}/scores.csv", $"run-{Id}-scores.csv"),
            new(L["Scores, JSON"], $"{Api}/scores", $"run-{Id}-scores.json"),
            .. _live?.LossCurves.Count > 0
                ? (DownloadMenu.Item[])[new(L["Training steps, CSV"], $"{Api}/steps.csv", $"run-{Id}-steps.csv")]
                : [],
            new(L["Options and provenance, JSON"], Api, $"run-{Id}.json"),
            .. _live is { } live && MlflowFiles.CanExport(live.Run)
                ? (DownloadMenu.Item[])[new(L["Files of an MLflow store, ZIP"], $"{Api}/mlflow", $"run-{Id}-mlflow.zip")]
                : [],
            .. _checkpoint > 0
                ? (DownloadMenu.Item[])
                    [
                        new(
                            L.Count("Checkpoint, {0} stage, ZIP", "Checkpoint, {0} stages, ZIP", _checkpoint),
                            $"{Api}/checkpoint",
                            $"run-{Id}-checkpoint.zip"
                        ),
                        new(
                            L["Stage {0} as a Hugging Face folder, ZIP", _checkpoint],
                            HuggingFaceZip.AddressOf(Id, _checkpoint),
                            HuggingFaceZip.NameOf(Id, _checkpoint) + ".zip"
                        ),
                    ]
                : [],
        ];

    private string FileName(string what) => $"run-{Id}-{what}";

    /// <summary>Of figures that follow the choice of the data set: its id is part of the name.</summary>
    private string FileNameOn(string what) => FileName(_testSet is null ? what : $"{_testSet}-{what}");

    /// <summary>Of figures that follow the matrix's switches too.</summary>
    private string FileNameOf(string what, bool directed = true)
    {
        var choice = _charts!.Choice;
        var direction = directed ? "-" + RetrievalChoices.Code(choice.Direction) : "";
        return FileNameOn($"{what}{direction}-r{choice.K.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>The switches as columns of saved figures.</summary>
    private IReadOnlyList<(string Column, object? Value)> Said(bool directed = true)
    {
        var choice = _charts!.Choice;
        return
        [
            .. directed ? (ReadOnlySpan<(string, object?)>)[("direction", RetrievalChoices.Code(choice.Direction))] : [],
            ("k", choice.K),
            ("protocol", choice.Protocol),
            ("dataset", _testSet ?? _live!.Run.Dataset),
        ];
    }

    private string DirectionName => _charts!.Choice.Direction == RetrievalDirection.TextToImage ? L["text → image"] : L["image → text"];

    private async Task ActAsync(Func<string, CancellationToken, Task<string?>> action)
    {
        (_busy, _problem) = (true, null);
        try
        {
            if (await action(Id, CancellationToken.None) is { } refusal)
            {
                Snackbar.Add(refusal, Severity.Warning);
            }
            await RefreshAsync(Clock.GetTimestamp());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = L["That could not be done: {0}", e.Message];
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>Reads the checkpoint; a damaged stage is trained again if the person wants it. Null, or why it is not.</summary>
    private async Task<string?> CheckAsync(string id, CancellationToken stop)
    {
        if (await Desk.FindDamageAsync(id, stop) is not { } damage)
        {
            Snackbar.Add(L["Every file of the checkpoint is as it was written."], Severity.Success);
            return null;
        }
        var yes = await Dialogs.ShowMessageBoxAsync(
            L["The checkpoint is damaged"],
            L[
                "{0}. Restore the file from a copy; or have the run trained again from stage {1} on: damaged and later stages are put aside, scores are kept until they are measured again.",
                damage.Fault,
                damage.Stage
            ],
            yesText: L["Train again from stage {0}", damage.Stage],
            cancelText: L["Leave it"]
        );
        return yes == true ? await Desk.ResumeAsync(id, stop) : null;
    }

    /// <summary>Stores name, tags and notes; every wrong field, so that the form can say it at the place.</summary>
    private async Task<IReadOnlyDictionary<string, string[]>> EditAsync(RunEdit edit)
    {
        try
        {
            var errors = await Desk.EditAsync(Id, edit);
            if (errors.Count == 0)
            {
                await RefreshAsync(Clock.GetTimestamp());
                StateHasChanged(); // the form draws itself alone
            }
            return errors;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Dictionary<string, string[]> { ["run"] = [L["That could not be stored: {0}", e.Message]] };
        }
    }

    private async Task DeleteAsync()
    {
        var yes = await Dialogs.ShowMessageBoxAsync(
            L["Delete?"],
            L[
                "Deletes this run with scores, log and checkpoints: {0} on the disk. Searches, comparisons and the leaderboard lose it. This cannot be undone.",
                Formats.Bytes(await Desk.SizeAsync([Id]))
            ],
            yesText: L["Delete"],
            cancelText: L["Keep"]
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
            _problem = L["The run could not be deleted: {0}", e.Message];
            return;
        }
        Navigation.NavigateTo("/runs");
    }
}
