using CllClip.Portal.Features.Search.Own;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Search;

/// <summary>The search page's address: what it asks for, and what people's choices make of it.</summary>
public sealed partial class SearchPage
{
    /// <summary>Value of <c>mode</c> in the address that tells an image in words.</summary>
    private const string WordsMode = "words";

    private const string ThingAnchor = "one-thing";

    private string? _address; // the text in the address as this page saw it last
    private readonly List<string?> _underway = []; // texts that this page put there and that have not come back yet
    private bool _lostOwn; // the address names an image of another visit

    [SupplyParameterFromQuery(Name = "q")]
    private string? TextInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "lang")]
    private string? LanguageInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "like")]
    private string? LikeInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "checkpoint")]
    private string? CheckpointInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "before")]
    private string? BeforeInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "gallery")]
    private string? GalleryInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "mode")]
    private string? ModeInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "thing")]
    private string? Thing { get; set; }

    private IEnumerable<(string Name, string Value)> Kept =>
        new[] { ("checkpoint", CheckpointInAddress), ("before", BeforeInAddress), ("gallery", GalleryInAddress), ("thing", Thing) }
            .Where(p => !string.IsNullOrEmpty(p.Item2))
            .Select(p => (p.Item1, p.Item2!));

    /// <summary>What of the address cannot be read.</summary>
    private IReadOnlyList<AddressProblem> Problems =>
        [
            .. new[]
            {
                AddressProblem.OneOf("lang", LanguageInAddress, LanguageCatalog.All.Select(l => l.Code)),
                AddressProblem.OneOf("mode", ModeInAddress, [WordsMode]),
            }.OfType<AddressProblem>(),
        ];

    /// <summary>What the address names and is not there, each with a way on.</summary>
    private IEnumerable<(string Text, string Remedy, string Address)> Notices
    {
        get
        {
            if (CheckpointInAddress is { Length: > 0 } checkpoint && Find(checkpoint) is null)
            {
                yield return checkpoint.StartsWith(CheckpointQueries.BasePrefix, StringComparison.Ordinal)
                    ? (
                        L[
                            "The base model “{0}” is not registered any more, or its files are gone; this is the default checkpoint.",
                            Short(checkpoint[CheckpointQueries.BasePrefix.Length..])
                        ],
                        L["To the models"],
                        "/models"
                    )
                    : (
                        L["There is no checkpoint “{0}” any more; this is the default one.", Short(checkpoint)],
                        L["Go on with the default"],
                        Address(checkpoint: "")
                    );
            }
            if (BeforeInAddress is { Length: > 0 } before && Find(before) is null)
            {
                yield return (
                    L["There is no checkpoint “{0}” any more; the base model stands in its place.", Short(before)],
                    L["Close it"],
                    Address(before: "")
                );
            }
            if (GalleryInAddress is { Length: > 0 } gallery && gallery != Gallery)
            {
                yield return (
                    L["There is no gallery “{0}”: the data set was removed or is not prepared. This is Emoji36.", Short(gallery)],
                    L["Go on with Emoji36"],
                    Address(gallery: "")
                );
            }
            if (_lostOwn)
            {
                yield return (
                    L["The address names an image of a visit that is over; images of your own are not kept. Choose it again."],
                    L["Back to words"],
                    Address(like: "", mode: "")
                );
            }
        }
    }

    protected override void OnParametersSet()
    {
        TakeText(string.IsNullOrEmpty(TextInAddress) ? null : TextInAddress);
        _language = LanguageCatalog.All.FirstOrDefault(l => l.Code.Equals(LanguageInAddress, StringComparison.OrdinalIgnoreCase))?.Code;
        TakeLike(string.IsNullOrEmpty(LikeInAddress) ? null : LikeInAddress);
        if (_checkpoints.Count > 0)
        {
            Choose();
        }
    }

    private void TakeLike(string? address)
    {
        _lostOwn = address?.StartsWith(OwnImage.Prefix, StringComparison.Ordinal) == true && Own.Find(address) is null;
        var like = _lostOwn ? null : address;
        if (like != _like)
        {
            _like = like;
            _turn += _like is null ? 0 : 1; // a drawing chosen while the typing rests is what is wanted
            _likeName = Own.Find(_like)?.Name ?? _answer?.Results.FirstOrDefault(r => r.ImageId == _like)?.Title;
        }
    }

    /// <summary>
    /// Takes the address's text where somebody else put it there. One that this page put there comes back by way of the
    /// browser, perhaps when more letters have been typed already, and must not undo them.
    /// </summary>
    private void TakeText(string? address)
    {
        var own = _underway.IndexOf(address);
        if (own >= 0)
        {
            _underway.RemoveRange(0, own + 1); // the browser may have passed over earlier ones
        }
        else if (address != _address)
        {
            (_text, _shown) = (address ?? "", address ?? "");
            _underway.Clear();
        }
        _address = address;
    }

    /// <summary>The checkpoint of this id; a run's id alone is its last stage.</summary>
    private string? Find(string? id) =>
        _checkpoints.FirstOrDefault(c => c.Id == id)?.Id ?? _checkpoints.LastOrDefault(c => c.RunId is not null && c.RunId == id)?.Id;

    private string Like(SearchHit hit) => Address(like: hit.ImageId, mode: "");

    /// <summary>A thing found, in every language, without what was asked being lost.</summary>
    private string InLanguages(SearchHit hit) => $"{Address(thing: hit.ThingId)}#{ThingAnchor}";

    private string Words(SearchHit hit) => Address(like: hit.ImageId, mode: WordsMode);

    private void Go(
        string? text = null,
        string? language = null,
        string? like = null,
        string? checkpoint = null,
        string? before = null,
        string? thing = null,
        string? gallery = null,
        string? mode = null,
        bool push = false
    )
    {
        var sent = (text ?? _text) is { Length: > 0 } some ? some : null;
        if (sent != (_underway.Count > 0 ? _underway[^1] : _address))
        {
            _underway.Add(sent);
        }
        var address = Address(text, language, like, checkpoint, before, thing, gallery, mode);
        if (_underway.Count > 0 || address != Navigation.Uri) // the same again could only undo a click that is on its way
        {
            Navigation.NavigateTo(address, replace: !push);
        }
    }

    /// <summary>The page's address with some of its parts changed; an empty one is left out.</summary>
    private string Address(
        string? text = null,
        string? language = null,
        string? like = null,
        string? checkpoint = null,
        string? before = null,
        string? thing = null,
        string? gallery = null,
        string? mode = null
    )
    {
        static object? Or(string? changed, string? now) => (changed ?? now) is { Length: > 0 } value ? value : null;
        return Navigation.GetUriWithQueryParameters(
            "/search",
            new Dictionary<string, object?>
            {
                ["q"] = Or(text, _text),
                ["lang"] = Or(language, _language),
                ["like"] = Or(like ?? (gallery is null || Own.Find(_like) is not null ? null : ""), _like), // another gallery has other images
                ["checkpoint"] = Or(checkpoint, CheckpointInAddress),
                ["before"] = Or(before, BeforeInAddress),
                ["gallery"] = Or(gallery, GalleryInAddress),
                ["mode"] = Or(mode, ModeInAddress),
                ["thing"] = Or(thing ?? (gallery is null ? null : ""), Thing),
            }
        );
    }

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
