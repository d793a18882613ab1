using System.Diagnostics;
using CllClip.Engine;
using CllClip.Engine.Data.Emoji36;
using CllClip.Portal.Features.Search.Galleries;
using CllClip.Portal.Features.Search.Own;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CllClip.Portal.Features.Search;

/// <summary>Search by words or by an image. What is shown stands in the address, so that it can be shared.</summary>
public sealed partial class SearchPage
{
    /// <summary>How much longer it must rest before the address follows: each change of it goes to the browser and back.</summary>
    private static readonly TimeSpan AddressRest = TimeSpan.FromMilliseconds(150);

    private IReadOnlyList<CheckpointView> _checkpoints = [];
    private string _text = "";
    private string _shown = ""; // what is searched for: the text once it rests
    private string? _language;
    private string? _like;
    private string? _likeName;
    private string? _after;
    private string? _before;
    private SearchResponse? _answer;
    private bool _examplesOpen;
    private string? _problem;
    private int _turn;
    private long _typedAt;
    private bool _gone;

    /// <summary>Letters that come faster than this are searched for together, once they rest for so long; short, since an answer takes a few milliseconds.</summary>
    [Parameter]
    public TimeSpan Rest { get; set; } = TimeSpan.FromMilliseconds(30);

    private SearchQuery Query =>
        new()
        {
            Text = _shown,
            Like = _like,
            Gallery = Gallery,
            Own = Own.All,
            MixesOwn = Own.Mixed,
            Language = _language,
            Count = _before is null ? 24 : 12,
            Reader = L,
        };

    /// <summary>The gallery searched: the address's where it is there, else Emoji36.</summary>
    private string Gallery => Search.Galleries.Any(g => g.Id == GalleryInAddress) ? GalleryInAddress! : Emoji36Dataset.DatasetId;

    /// <summary>Whether its things are Emoji36's, or a part of them.</summary>
    private bool IsEmoji => Gallery is Emoji36Dataset.DatasetId or Emoji36Gallery.TestId;

    /// <summary>The thing that is asked for in every language; of another gallery the best one found, until one is chosen.</summary>
    private string? ThingShown =>
        !string.IsNullOrEmpty(Thing) ? Thing
        : Gallery == Emoji36Dataset.DatasetId ? SearchExamples.All.Things[0]
        : _answer?.Gallery.Id == Gallery ? _answer.Results.FirstOrDefault(r => !r.Own)?.ThingId
        : null;

    /// <summary>Whether an image is told in words.</summary>
    private bool InWords => WordsMode.Equals(ModeInAddress, StringComparison.OrdinalIgnoreCase) && _like is not null;

    /// <summary>The language that the text shown was taken for; null where it was chosen, or nothing is asked.</summary>
    private Language? Detected =>
        _language is null && _answer is { LanguageDetected: true, Query.Length: > 0 } answer ? LanguageCatalog.Find(answer.Language) : null;

    private string Title => _text.Length > 40 ? _text[..40] + "…" : _text;

    protected override async Task OnInitializedAsync()
    {
        Search.PreparationChanged += Prepared;
        _examplesOpen = string.IsNullOrWhiteSpace(TextInAddress) && string.IsNullOrEmpty(LikeInAddress);
        if (Search.Preparation.Ready)
        {
            await OpenAsync();
        }
    }

    private void OwnChanged()
    {
        if (_like?.StartsWith(OwnImage.Prefix, StringComparison.Ordinal) == true && Own.Find(_like) is null)
        {
            Go(like: "", mode: ""); // the image searched by was removed
        }
        StateHasChanged();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && _examplesOpen)
        {
            await Js.InvokeVoidAsync("portal.focus", "search-box");
        }
    }

    public void Dispose()
    {
        _gone = true;
        Search.PreparationChanged -= Prepared;
    }

    private void Prepared() =>
        _ = InvokeAsync(async () =>
        {
            if (_gone)
            {
                return;
            }
            if (Search.Preparation.Ready && _after is null)
            {
                await OpenAsync();
            }
            StateHasChanged();
        });

    private async Task OpenAsync()
    {
        try
        {
            _checkpoints = await Search.CheckpointsAsync();
            _default = (await Search.DefaultAsync()).Id;
            _problem = null;
            Choose();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _problem = error is EngineException or SearchException
                ? error.Message
                : L["The checkpoints could not be read: {0}", error.Message];
        }
    }

    private string _default = CheckpointQueries.BaseId;

    private void Choose()
    {
        _after = Find(CheckpointInAddress) ?? _default;
        _before = string.IsNullOrEmpty(BeforeInAddress) ? null : Find(BeforeInAddress) ?? CheckpointQueries.BaseId;
    }

    private async Task TypedAsync()
    {
        var turn = ++_turn;
        var since = _typedAt == 0 ? Rest : Stopwatch.GetElapsedTime(_typedAt);
        _typedAt = Stopwatch.GetTimestamp();
        if (since < Rest)
        {
            await Task.Delay(Rest); // letters that come together are searched for together
        }
        if (turn != _turn || _gone)
        {
            return;
        }
        if (_like is null)
        {
            _shown = _text;
            StateHasChanged();
            await Task.Delay(AddressRest);
        }
        if (turn == _turn && !_gone)
        {
            AskNow();
        }
    }

    private void AskNow()
    {
        _turn++;
        _shown = _text; // at once, without the way through the address
        Go(text: _text, like: "", mode: "");
    }

    private void Ask(string text, string language)
    {
        _turn++;
        (_text, _shown) = (text, text);
        Go(text: text, language: language, like: "", mode: "", push: true);
        _ = Js.InvokeVoidAsync("scrollTo", 0, 0).AsTask();
    }

    private void ChooseLanguage(ChangeEventArgs e) => Go(language: e.Value as string ?? "");

    private void ToggleBefore() => Go(before: _before is null ? CheckpointQueries.BaseId : "");

    private void Answered(SearchResponse answer)
    {
        _answer = answer;
        if (_like is not null && Own.Find(_like) is null)
        {
            _likeName = answer.Results.FirstOrDefault(r => r.ImageId == _like)?.Title ?? _likeName;
        }
        StateHasChanged();
    }
}
