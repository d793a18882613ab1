using CllClip.Engine.Data;
using CllClip.Engine.Data.Images;

namespace CllClip.Portal.Jobs;

/// <summary>A fixed share of a data set's training pairs, with vocabulary and validation in proportion and the tests whole: what a calibration trains on.</summary>
internal sealed class PartOfDataset : IRetrievalDataset
{
    private readonly IRetrievalDataset _whole;
    private readonly Dictionary<string, TrainingPair[]> _pairs;
    private readonly double _share;

    public PartOfDataset(IRetrievalDataset whole, IReadOnlyList<string> languages, int pairs)
    {
        _whole = whole;
        Languages = languages;
        _pairs = languages.ToDictionary(l => l, l => whole.TrainingEpoch(l, new Random(1)).Take(pairs).ToArray());
        _share = Math.Min(1, (double)pairs / languages.Max(whole.TrainingPairCount));
        Defaults = whole.Defaults with { VocabularySize = Math.Max(100, (int)(whole.Defaults.VocabularySize * _share)) };
    }

    public string Id => _whole.Id;
    public string Name => _whole.Name;
    public string Revision => _whole.Revision;
    public IReadOnlyList<string> Languages { get; }
    public string HeadlineProtocol => _whole.HeadlineProtocol;
    public DatasetDefaults Defaults { get; }
    public int ImageCount => _whole.ImageCount;

    public RgbImage ReadImage(int image) => _whole.ReadImage(image);

    public IReadOnlyList<string> TrainingTexts(string language) =>
        [.. _pairs[language].Select(p => p.Caption).Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random)
    {
        TrainingPair[] pairs = [.. _pairs[language]];
        random.Shuffle(pairs);
        return pairs;
    }

    public int TrainingPairCount(string language) => _pairs[language].Length;

    public RetrievalSet? Validation(string language)
    {
        if (_whole.Validation(language) is not { } set)
        {
            return null;
        }
        var images = Math.Max(1, (int)(set.Images.Count * _share));
        var captions = set.ImageOfCaption.TakeWhile(i => i < images).Count(); // captions stand in the order of their images
        return set with
        {
            Images = [.. set.Images.Take(images)],
            Captions = [.. set.Captions.Take(captions)],
            ImageOfCaption = [.. set.ImageOfCaption.Take(captions)],
        };
    }

    public IReadOnlyList<RetrievalSet> Tests(string language) => _whole.Tests(language);
}
