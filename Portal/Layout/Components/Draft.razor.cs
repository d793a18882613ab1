using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CllClip.Portal.Layout.Components;

/// <summary>
/// Keeps what a form holds in the reader's browser tab (<c>js/draft.js</c>, <c>sessionStorage</c>) and puts it back when the form is drawn again: after a
/// restart of the server, another language of the pages, a reload. The form itself has <c>data-draft</c> with the same name, so that what is being typed
/// in one of its fields is kept as well. Secrets are no part of what is kept.
/// </summary>
/// <typeparam name="T">What the form holds, as JSON keeps it; null for a form that is closed.</typeparam>
public sealed partial class Draft<T>
{
    private const int LargestDraft = 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    private ITimer? _timer;
    private string? _name; // whose draft was read
    private string? _blank; // the form as it opened
    private string? _noted; // the form as it was seen last
    private bool _reading;
    private bool _pending;
    private bool _again;

    /// <summary>Name of the form, with what it is about: <c>launch?from=42</c>. Another name is another form.</summary>
    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    /// <summary>What the form holds now.</summary>
    [Parameter, EditorRequired]
    public Func<T?> Take { get; set; } = default!;

    /// <summary>Called with what the form is to hold: what was kept, or what it opened with.</summary>
    [Parameter, EditorRequired]
    public EventCallback<T?> Put { get; set; }

    /// <summary>Whether the form holds what it opens with; before that nothing is put back or kept.</summary>
    [Parameter]
    public bool Ready { get; set; } = true;

    /// <summary>Nothing is kept any more: the form was sent.</summary>
    public async Task ForgetAsync()
    {
        (_pending, _again, _blank) = (false, false, Text());
        _noted = _blank;
        await CallAsync(() => Js.InvokeVoidAsync("drafts.forget", Name));
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
        if (_pending)
        {
            await WriteAsync(); // the reader went to another page right after typing
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!Ready || _reading)
        {
            return;
        }
        if (_name == Name)
        {
            Note();
            return;
        }
        _reading = true;
        try
        {
            (_name, _pending, _blank) = (Name, false, Text());
            _noted = _blank;
            var again = await RestoreAsync(Name);
            if (again != _again)
            {
                _again = again;
                StateHasChanged();
            }
        }
        finally
        {
            _reading = false;
        }
    }

    private async Task<bool> RestoreAsync(string name)
    {
        var again = false;
        await CallAsync(async () =>
        {
            if (await ReadAsync(name) is not { } kept || name != Name)
            {
                return;
            }
            if (State(kept.State) is { } state)
            {
                await Put.InvokeAsync(state);
                again = true;
            }
            again |= kept.More && await Js.InvokeAsync<int>("drafts.fill", name) > 0;
        });
        return again;
    }

    private async Task<Kept?> ReadAsync(string name)
    {
        // As a stream: a message of the browser's is at most 32 KB long.
        await using var bytes = await Js.InvokeAsync<IJSStreamReference?>("drafts.read", name);
        if (bytes is null or { Length: 0 or > LargestDraft })
        {
            return null;
        }
        await using var stream = await bytes.OpenReadStreamAsync(LargestDraft);
        return await JsonSerializer.DeserializeAsync<Kept>(stream, Json);
    }

    /// <summary>What was kept by an earlier version may not be readable: the form stays as it is.</summary>
    private static T? State(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize<T>(text, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Text() => JsonSerializer.Serialize(Take(), Json);

    private void Note()
    {
        var text = Text();
        if (text == _noted)
        {
            return;
        }
        (_noted, _pending) = (text, true);
        _timer ??= Clock.CreateTimer(_ => _ = InvokeAsync(WriteAsync), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(Pause, Timeout.InfiniteTimeSpan);
    }

    private async Task WriteAsync()
    {
        if (!_pending)
        {
            return;
        }
        _pending = false;
        var blank = _noted == _blank;
        await CallAsync(() => Js.InvokeVoidAsync("drafts.keep", _name, blank ? null : _noted));
        if (blank && _again)
        {
            _again = false;
            StateHasChanged();
        }
    }

    private async Task BeginAnewAsync()
    {
        await Put.InvokeAsync(State(_blank));
        await ForgetAsync();
    }

    /// <summary>A draft is a help: a browser that is gone or keeps nothing takes nothing else away.</summary>
    private static async Task CallAsync(Func<ValueTask> call)
    {
        try
        {
            await call();
        }
        catch (Exception e)
            when (e
                    is JSException
                        or JSDisconnectedException
                        or TaskCanceledException
                        or ObjectDisposedException
                        or JsonException
                        or IOException
                        or TimeoutException
            )
        {
            // nothing is kept, or nothing was
        }
    }

    private sealed record Kept(string? State, bool More);
}
