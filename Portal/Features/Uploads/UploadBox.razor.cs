using CllClip.Portal.Layout.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CllClip.Portal.Features.Uploads;

/// <summary>
/// Uploads an archive from the person's own computer. The bytes go over HTTP, driven by <c>js/upload.js</c>; this component only shows how far they are and
/// lists what is here already.
/// </summary>
public sealed partial class UploadBox : IAsyncDisposable
{
    private readonly string _endpoint = "/api/v1/uploads";
    private ElementReference _box;
    private DotNetObjectReference<UploadBox>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _script;
    private IDisposable? _watch;
    private IReadOnlyList<Upload> _open = [];
    private Sending? _sending;
    private string? _sent; // becomes the chosen one once it is unpacked
    private string? _problem;

    [Inject]
    private UploadDesk Desk { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    /// <summary>What the archive is to hold, a sentence.</summary>
    [Parameter, EditorRequired]
    public string Help { get; set; } = "";

    /// <summary>Id of the file input; unique on its page.</summary>
    [Parameter]
    public string InputId { get; set; } = "upload-file";

    /// <summary>The chosen upload; null for none.</summary>
    [Parameter]
    public string? Value { get; set; }

    /// <summary>Called with another choice.</summary>
    [Parameter]
    public EventCallback<string?> ValueChanged { get; set; }

    /// <summary>Uploads but the one that is being sent from here, which is shown by itself.</summary>
    private List<Upload> Shown => [.. _open.Where(u => u.Id != _sending?.Id)];

    /// <summary>A file was chosen or dropped.</summary>
    [JSInvokable]
    public Task OnChosen(string name, long size) => ShowAsync(() => (_sending, _problem) = (new Sending(name, size), null));

    /// <summary>A file that is larger than what is taken.</summary>
    [JSInvokable]
    public Task OnTooLarge(string name, long size) =>
        ShowAsync(() =>
            _problem = L[
                "“{0}” has {1}; uploads of at most {2} are taken. Put it on the server and register its folder.",
                name,
                Formats.Bytes(size),
                Formats.Bytes(Desk.MaxBytes)
            ]
        );

    /// <summary>The server gave the upload its id.</summary>
    [JSInvokable]
    public Task OnAddress(string id) => ShowAsync(() => _sending = _sending is null ? null : _sending with { Id = id });

    /// <summary>So many bytes were sent.</summary>
    [JSInvokable]
    public Task OnProgress(long sent, long total, double speed) =>
        ShowAsync(() => _sending = _sending is null ? null : _sending with { Sent = sent, Size = total, Speed = speed });

    /// <summary>All of it was sent.</summary>
    [JSInvokable]
    public Task OnSent(string id) =>
        ShowAsync(() =>
        {
            (_sending, _sent) = (null, id);
            Read();
        });

    /// <summary>It cannot go on.</summary>
    /// <param name="status">Status of the server's answer; 0 where there was none.</param>
    /// <param name="detail">What the server says is wrong.</param>
    [JSInvokable]
    public Task OnFailed(int status, string detail) =>
        ShowAsync(() =>
        {
            var name = _sending?.Name;
            _sending = null;
            _problem =
                detail.Length > 0 ? detail
                : status == 0 ? L["The portal did not answer, so the upload of “{0}” broke off. Choose the file again to go on.", name]
                : L["The portal answered with status {0}. Choose the file again to go on.", status];
            Read();
        });

    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        try
        {
            if (_script is not null)
            {
                await _script.InvokeVoidAsync("close");
                await _script.DisposeAsync();
            }
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the page is gone, and its upload with it
        }
        _self?.Dispose();
    }

    protected override void OnInitialized()
    {
        _watch = Desk.Watch(() => _ = ShowAsync(Read));
        Read();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        _self = DotNetObjectReference.Create(this);
        _module = await Js.InvokeAsync<IJSObjectReference>("import", $"./{Assets["js/upload.js"]}");
        _script = await _module.InvokeAsync<IJSObjectReference>(
            "open",
            _box,
            _self,
            new
            {
                endpoint = _endpoint,
                library = $"./{Assets["lib/tus/tus.min.js"]}",
                maxBytes = Desk.MaxBytes,
            }
        );
        StateHasChanged(); // a file that is chosen before the script listens would be lost: only now can one be
    }

    private static double Share(Sending sending) => sending.Size == 0 ? 0 : sending.Sent / (double)sending.Size;

    private static double? SecondsLeft(Sending sending) =>
        sending is { Paused: false, Speed: > 0 } ? (sending.Size - sending.Sent) / sending.Speed : null;

    private string Label(Sending sending) => sending.Paused ? L["Paused: {0}", sending.Name] : L["Uploading {0}", sending.Name];

    private string Left(Upload upload) =>
        upload.ExpiresAt is { } at
            ? $" · {L["is removed in {0}", Formats.Duration(Math.Max(0, (at - DateTime.UtcNow).TotalSeconds))]}"
            : "";

    private Task ShowAsync(Action change) =>
        InvokeAsync(async () =>
        {
            change();
            if (_sent is { } sent && _open.FirstOrDefault(u => u.Id == sent) is { State: UploadState.Ready })
            {
                _sent = null;
                await ChooseAsync(sent);
            }
            StateHasChanged();
        });

    private void Read() => _open = Desk.Open;

    private Task ChooseAsync(string? id) => ValueChanged.InvokeAsync(id);

    private async Task PauseAsync()
    {
        if (_sending is not { } sending || _script is null)
        {
            return;
        }
        _sending = sending with { Paused = !sending.Paused, Speed = 0 };
        await _script.InvokeVoidAsync(sending.Paused ? "resume" : "pause");
    }

    private async Task CancelAsync()
    {
        _sending = null;
        if (_script is not null)
        {
            await _script.InvokeVoidAsync("cancel");
        }
        Read();
    }

    private async Task RetryAsync(string id)
    {
        _problem = await Desk.RetryAsync(id);
        (_sent, _open) = (id, Desk.Open);
    }

    private async Task DiscardAsync(string id)
    {
        _problem = await Desk.RemoveAsync(id);
        if (Value == id)
        {
            await ChooseAsync(null);
        }
        Read();
    }

    /// <summary>A file on its way.</summary>
    private sealed record Sending(string Name, long Size)
    {
        public string? Id { get; init; }
        public long Sent { get; init; }
        public double Speed { get; init; } // bytes a second
        public bool Paused { get; init; }
    }
}
