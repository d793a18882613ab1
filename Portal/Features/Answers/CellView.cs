using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Portal.Features.Search;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Answers;

/// <summary>What is shown of the queries and candidates of one retrieval set.</summary>
internal sealed class CellView
{
    private readonly RetrievalDirection _direction;
    private readonly Dictionary<int, string> _english;
    private readonly int[] _firstCaption; // of each image of the set; -1 without any [N]

    public CellView(IRetrievalDataset dataset, RetrievalSet set, RetrievalDirection direction)
    {
        (Dataset, Set, _direction) = (dataset, set, direction);
        _firstCaption = FirstCaptions(set);
        _english = [];
        if (
            set.Language != "en"
            && dataset.Languages.Contains("en")
            && dataset.Tests("en").FirstOrDefault(s => s.Protocol == set.Protocol) is { } english
        )
        {
            var first = FirstCaptions(english);
            for (var i = 0; i < first.Length; i++)
            {
                if (first[i] >= 0)
                {
                    _english[english.Images[i]] = english.Captions[first[i]];
                }
            }
        }
    }

    public IRetrievalDataset Dataset { get; }

    public RetrievalSet Set { get; }

    /// <summary>A query; its places are to be filled in.</summary>
    public Answer Answer(int position)
    {
        var image = ImageOf(position);
        return new Answer
        {
            Position = position,
            Caption = _direction == RetrievalDirection.TextToImage ? Set.Captions[position] : CaptionOf(image),
            English = English(image),
            Image = Url(image),
            Place = 0,
        };
    }

    /// <summary>A candidate that was found for a query: an image's or a caption's position.</summary>
    public FoundInstead Found(int candidate, int query)
    {
        var image = _direction == RetrievalDirection.TextToImage ? candidate : Set.ImageOfCaption[candidate];
        var caption = _direction == RetrievalDirection.TextToImage ? CaptionOf(image) : Set.Captions[candidate];
        return new(caption, English(image), Url(image), image == ImageOf(query));
    }

    private int ImageOf(int query) => _direction == RetrievalDirection.TextToImage ? Set.ImageOfCaption[query] : query;

    private string CaptionOf(int image) => _firstCaption[image] is >= 0 and var caption ? Set.Captions[caption] : "";

    private string? English(int image) => _english.GetValueOrDefault(Set.Images[image]);

    private string Url(int image) => PictureAddress.Of(Dataset, Set.Images[image]);

    private static int[] FirstCaptions(RetrievalSet set)
    {
        var first = new int[set.Images.Count];
        Array.Fill(first, -1);
        for (var c = set.Captions.Count - 1; c >= 0; c--)
        {
            first[set.ImageOfCaption[c]] = c;
        }
        return first;
    }
}
