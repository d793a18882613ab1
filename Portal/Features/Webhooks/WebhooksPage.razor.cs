using CllClip.Portal.Layout.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>Where messages at the end of runs go, what came of them, and a form for a further address.</summary>
public sealed partial class WebhooksPage
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _events = [.. WebhookEvents.All];
    private IReadOnlyList<(WebhookResponse Webhook, IReadOnlyList<DeliveryResponse> Deliveries)>? _webhooks;
    private IReadOnlyDictionary<string, string[]> _errors = new Dictionary<string, string[]>();
    private WebhookRegistrar.Registered? _made;
    private string _url = "";
    private string _secret = ""; // never in the draft
    private Draft<Filled>? _draft;
    private string? _refused;
    private string? _failure;
    private ITimer? _timer;

    protected override Task OnInitializedAsync() => LoadAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            // Messages are sent by a service of its own; the page looks again while one is on its way.
            _timer = Clock.CreateTimer(_ => InvokeAsync(LookAsync), null, Look, Look);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private async Task LookAsync()
    {
        if (_webhooks?.Any(w => w.Deliveries.Any(d => d.State == "waiting")) == true)
        {
            await LoadAsync();
            StateHasChanged();
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            _webhooks = await Desk.ListAsync();
            _failure = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failure = L["The webhooks could not be read: {0}", e.Message];
        }
    }

    private void Choose(string name, bool chosen) => _ = chosen ? _events.Add(name) : _events.Remove(name);

    private Filled Kept() => new(_url, [.. WebhookEvents.All.Where(_events.Contains)]);

    private void PutBack(Filled? kept)
    {
        if (kept is not null)
        {
            _url = kept.Url ?? "";
            _events.Clear();
            _events.UnionWith(WebhookEvents.All.Where(e => kept.Events?.Contains(e) == true));
        }
    }

    private async Task AddAsync()
    {
        if (_events.Count == 0)
        {
            _errors = new Dictionary<string, string[]> { ["events"] = [L["Choose at least one event."]] };
            return;
        }
        var secret = _secret.Length > 0 ? _secret : null;
        var made = await Desk.RegisterAsync(
            new WebhookRequest
            {
                Url = _url.Trim(),
                Secret = secret,
                Events = [.. WebhookEvents.All.Where(_events.Contains)],
            }
        );
        (_errors, _refused) = (made.Errors, made.Refused);
        if (made.Webhook is not null)
        {
            _made = secret is null ? made : null; // whoever brought a secret has it
            (_url, _secret) = ("", "");
            await (_draft?.ForgetAsync() ?? Task.CompletedTask);
            Snackbar.Add(L["Added. Send it a test message to see whether it answers."], Severity.Success);
            await LoadAsync();
        }
    }

    private async Task PingAsync(WebhookResponse webhook)
    {
        if (await Desk.PingAsync(webhook.Id) is { } refused)
        {
            Snackbar.Add(refused, Severity.Error);
        }
        await LoadAsync();
    }

    private async Task RemoveAsync(WebhookResponse webhook)
    {
        var yes = await Dialogs.ShowMessageBoxAsync(
            L["Remove this webhook?"],
            L["{0} is told of nothing any more, and what it was told is forgotten.", webhook.Url],
            yesText: L["Remove"],
            cancelText: L["Keep"]
        );
        if (yes == true)
        {
            if (await Desk.RemoveAsync(webhook.Id) is { } refused)
            {
                Snackbar.Add(refused, Severity.Error);
            }
            await LoadAsync();
        }
    }

    private async Task CopyAsync() =>
        Snackbar.Add(
            await Js.InvokeAsync<bool>("portal.copy", _made?.Secret)
                ? L["Copied."]
                : L["The browser did not allow it: mark the text and copy it."],
            Severity.Info
        );

    /// <summary>What the form holds, as the reader's browser keeps it: without the secret.</summary>
    private sealed record Filled(string? Url, IReadOnlyList<string?>? Events);
}
