using CllClip.Portal.Jobs;
using CllClip.Portal.Layout.Components;
using MudBlazor;

namespace CllClip.Portal.Features.Models;

/// <summary>Base models: those there are, and a form to register a folder.</summary>
public sealed partial class ModelsPage
{
    private static readonly Dictionary<string, string[]> NoErrors = [];
    private IReadOnlyList<ModelResponse>? _models;
    private IReadOnlyDictionary<string, string[]> _errors = NoErrors;
    private string? _folder;
    private string? _id;
    private string? _name;
    private string? _licence;
    private bool _uploads;
    private string? _upload;
    private Draft<Filled>? _draft;
    private string? _error; // why there is nothing to show
    private string? _problem; // why what was asked for was not done
    private bool _busy;
    private bool _reading;

    public void Dispose() => Engine.PreparationChanged -= Prepared;

    protected override async Task OnInitializedAsync()
    {
        Engine.PreparationChanged += Prepared;
        await LoadAsync();
    }

    private string StateText(string state) =>
        state switch
        {
            "ready" => L["ready"],
            "failed" => L["failed"],
            _ => L["loading"],
        };

    private static string ChipOf(string state) =>
        state switch
        {
            "ready" => "completed",
            "failed" => "failed",
            _ => "running",
        };

    private string? Bad(string field) => _errors.ContainsKey(field) ? "true" : null;

    /// <summary>The embedded model becomes usable with the portal.</summary>
    private void Prepared()
    {
        if (Engine.Preparation.Ready && _models?.Any(m => m.State == "loading") == true)
        {
            _ = InvokeAsync(async () =>
            {
                await LoadAsync();
                StateHasChanged();
            });
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            _models = await Desk.ListAsync();
            _error = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _error = L["The models could not be read: {0}", e.Message];
        }
    }

    private Filled Kept() => new(_folder, _id, _name, _licence, _uploads, _upload);

    private void PutBack(Filled? kept)
    {
        if (kept is not null)
        {
            (_folder, _id, _name, _licence, _uploads, _upload) = (kept.Folder, kept.Id, kept.Name, kept.Licence, kept.Uploads, kept.Upload);
        }
    }

    private async Task RegisterAsync()
    {
        (_busy, _reading, _problem, _errors) = (true, true, null, NoErrors);
        try
        {
            var result = await Desk.RegisterAsync(
                new ModelRequest
                {
                    Folder = _uploads ? null : _folder,
                    Upload = _uploads ? _upload : null,
                    Licence = _licence,
                    Id = _id,
                    Name = _name,
                }
            );
            _errors = result.Errors;
            if (result.Model is { } model)
            {
                (_folder, _id, _name, _licence, _upload) = (null, null, null, null, null);
                await (_draft?.ForgetAsync() ?? Task.CompletedTask);
                Snackbar.Add(L["{0} is registered as {1}.", model.Name, model.Id], Severity.Success);
                await LoadAsync();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = L["The folder could not be registered: {0}", e.Message];
        }
        finally
        {
            (_busy, _reading) = (false, false);
        }
    }

    private async Task RemoveAsync(ModelResponse model)
    {
        var yes = await Dialogs.ShowMessageBoxAsync(
            L["Remove?"],
            model.Uploaded
                ? L[
                    "The portal forgets the base model {0} and deletes the files that were uploaded for it. Checkpoints of runs that began with it need it to be searched or exported.",
                    model.Id
                ]
                : L[
                    "The portal forgets the base model {0}. Its folder is left alone. Checkpoints of runs that began with it need it to be searched or exported.",
                    model.Id
                ],
            yesText: model.Uploaded ? L["Remove and delete"] : L["Remove"],
            cancelText: L["Keep"]
        );
        if (yes != true)
        {
            return;
        }
        (_busy, _problem) = (true, null);
        try
        {
            if (await Desk.RemoveAsync(model.Id) is { Outcome: not ActionOutcome.Done } refused)
            {
                Snackbar.Add(refused.Message ?? "", Severity.Warning);
            }
            await LoadAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = L["The model could not be removed: {0}", e.Message];
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>What the form holds, as the reader's browser keeps it.</summary>
    private sealed record Filled(string? Folder, string? Id, string? Name, string? Licence, bool Uploads, string? Upload);
}
