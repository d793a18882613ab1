using System.Text.Json;
using System.Text.Json.Serialization;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace CllClip.Portal.Features.Launch;

/// <summary>Opens ready to submit; checks as one types with the same rules as the server, which has the last word.</summary>
public sealed partial class LaunchPage
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);
    private static readonly Dictionary<string, string[]> NoErrors = [];

    private readonly CancellationTokenSource _left = new();
    private LaunchForm _form = new();
    private Draft<LaunchDraft>? _draft;
    private LaunchContext? _context;
    private RunView? _from;
    private string? _loaded;
    private string? _notice;
    private string? _unread; // why the portal's state could not be read
    private bool _busy;
    private TaskCompletionSource<bool>? _prepared; // there while a launch waits for the data set: true to go on, false to give up
    private IReadOnlyDictionary<string, string[]> _errors = NoErrors;
    private IReadOnlyDictionary<string, string[]> _refused = NoErrors; // what the server said; stands until something is changed
    private RunEstimate _estimate = new(null, null, null, "");

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    private string DraftName => string.IsNullOrEmpty(From) ? "launch" : $"launch?from={From}";

    /// <summary>Whether the form holds what it opens with: the Tour, or the run that the address names.</summary>
    private bool Filled => _context is not null && (string.IsNullOrEmpty(From) || _loaded == From || _notice is not null);

    protected override void OnInitialized()
    {
        _form = new LaunchForm { Text = L };
        _estimate = new RunEstimate(null, null, null, L["when the portal is ready"]);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_context is null)
        {
            await LookAsync(_left.Token);
        }
        if (!string.IsNullOrEmpty(From) && _loaded != From)
        {
            await FillAsync(From);
        }
        Changed();
    }

    private async Task FillAsync(string id)
    {
        try
        {
            var from = (await Desk.RefreshAsync(id.Trim()))?.Run;
            (_loaded, _notice) = (id, from is null ? L["There is no run “{0}”; the form stays as it is.", id] : null);
            if (from is not null)
            {
                (_from, _refused) = (from, NoErrors);
                _form.Load(from);
                if (!_form.Methods.Contains(from.Method))
                {
                    _notice = L["This portal does not have the method “{0}”; the form keeps its own.", from.Method];
                }
            }
        }
        catch (Exception e) when (!_left.IsCancellationRequested)
        {
            _notice = L["The run could not be read: {0}", e.Message];
        }
    }

    private async Task LoadAsync(string id)
    {
        _loaded = null; // loading the same run again undoes what was changed since
        if (From == id)
        {
            await FillAsync(id);
            Changed();
            return;
        }
        Navigation.NavigateTo($"/launch?from={Uri.EscapeDataString(id)}");
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        var left = _left.Token;
        using var timer = new PeriodicTimer(BetweenLooks, Clock);
        try
        {
            while (_context is not { Provisional: false } && await timer.WaitForNextTickAsync(left))
            {
                await LookAsync(left);
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // the person left the page
        }
    }

    private async Task LookAsync(CancellationToken left)
    {
        try
        {
            (_context, _unread) = (await Desk.LaunchContextAsync(left), null);
        }
        catch (Exception e) when (!left.IsCancellationRequested)
        {
            _unread = L["The portal’s state could not be read: {0}", e.Message];
            return;
        }
        if (!_context.Preparing)
        {
            _prepared?.TrySetResult(true);
        }
        Changed();
    }

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
        _prepared?.TrySetCanceled();
    }

    private void PutBack(LaunchDraft? kept)
    {
        if (kept is not null)
        {
            _form.PutBack(kept);
        }
        Typed();
    }

    private void Typed()
    {
        _refused = NoErrors;
        Changed();
    }

    private void Changed()
    {
        if (_context is null)
        {
            return;
        }
        var wrong = _form.Check(_context.Opened, _context.Models, datasetPending: _context.Opened.Count == 0);
        _errors = wrong.Count > 0 ? wrong : _refused;
        _estimate = Estimate(_context);
    }

    private RunEstimate Estimate(LaunchContext context)
    {
        var requests = _form.Requests();
        var epochs = (int Default) => requests[0].Epochs is >= 1 and <= 1000 and var typed ? typed : Default;
        var dataset = context.Find(_form.Dataset);
        Func<string, int>? pairs = dataset is null ? null : l => dataset.Languages.Contains(l) ? dataset.TrainingPairCount(l) : 0;
        var each = requests
            .Select(r =>
                RunEstimator.Estimate(r, context.Measured, pairs, epochs(dataset?.Defaults.Epochs ?? 6), context.EmbeddingWidth, L)
            )
            .ToList();
        return new RunEstimate(
            each.All(e => e.Seconds is null) ? null : each.Sum(e => e.Seconds),
            each.Max(e => e.MemoryBytes),
            each.All(e => e.DiskBytes is null) ? null : each.Sum(e => e.DiskBytes),
            requests.Count > 1 ? L["{0}, all runs one after the other", each[0].Source] : each[0].Source
        );
    }

    private async Task SubmitAsync()
    {
        Typed();
        if (_errors.Count > 0 || _busy || _context is null)
        {
            return;
        }
        (_busy, _notice) = (true, null);
        var gone = false;
        try
        {
            gone = await LaunchAsync(_context);
        }
        catch (Exception e) when (!_left.IsCancellationRequested)
        {
            _notice = L["The run could not be stored: {0}", e.Message];
        }
        finally
        {
            _busy = gone; // a second press while the next page is on its way would launch again
        }
    }

    private async Task<bool> LaunchAsync(LaunchContext context)
    {
        if (context.Preparing)
        {
            if (!await PreparedAsync())
            {
                return false;
            }
            Changed(); // the form could be changed meanwhile, and the data set is known only now
            if (_errors.Count > 0)
            {
                return false;
            }
        }
        var result = _form.RunCount > 1 ? await Desk.SubmitSweepAsync(_form.Sweep()) : await Desk.SubmitAsync(_form.Requests());
        _errors = _refused = result.Errors.ToDictionary(e => LaunchForm.FieldOf(e.Key), e => e.Value);
        if (result.Runs.Count > 0)
        {
            await (_draft?.ForgetAsync() ?? Task.CompletedTask);
            Navigation.NavigateTo(
                result.Runs[0].SweepId is { } sweep
                    ? $"/sweeps/{Uri.EscapeDataString(sweep)}"
                    : $"/runs/{Uri.EscapeDataString(result.Runs[0].Id)}"
            );
        }
        return result.Runs.Count > 0;
    }

    /// <summary>Waits until the data set is there, as the form promises; false if the person would rather not.</summary>
    private async Task<bool> PreparedAsync()
    {
        _prepared = new TaskCompletionSource<bool>();
        try
        {
            return await _prepared.Task;
        }
        finally
        {
            _prepared = null;
        }
    }

    private async Task CopyCurlAsync()
    {
        var text =
            _form.RunCount > 1 ? Curl("sweeps", _form.Sweep(), Navigation.BaseUri) : Curl("runs", _form.Requests()[0], Navigation.BaseUri);
        var copied = await Js.InvokeAsync<bool>("portal.copy", text);
        Snackbar.Add(
            copied ? L["Copied."] : L["The browser does not let this page copy; the command: {0}", text],
            copied ? Severity.Success : Severity.Info
        );
    }

    /// <summary>The same for a terminal.</summary>
    internal static string Curl<T>(string what, T request, string baseUri) =>
        $"curl -X POST {baseUri}api/v1/{what} -H 'Content-Type: application/json' -d '{JsonSerializer.Serialize(request, Json).Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
