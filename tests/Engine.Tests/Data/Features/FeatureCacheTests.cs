using System.Runtime.InteropServices;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Data.Images;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Data.Corpora;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tests.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Data.Features;

public class FeatureCacheTests : CorpusFolderTests
{
    private readonly ClipModel _model = ClipModel.Load(Path.Combine(Fixtures.Repository!, "models", "emoji-base"));

    private string Caches => At("caches");

    [Fact]
    public void One_cut_off_goes_on_where_it_was_and_gives_the_same_bytes()
    {
        var whole = File.ReadAllBytes(Images(new Counting(600), "whole"));
        var cut = new Counting(600) { StopAt = 300 };
        Assert.ThrowsAny<Exception>(() => Load(cut, "cut"));
        Assert.Empty(Directory.GetFiles(At("cut"), "*.safetensors"));
        var part = Assert.Single(Directory.GetFiles(At("cut"), "*.part"));
        File.WriteAllText(part + ".json", Marker(part, 256)); // what a flush, every two seconds, leaves
        var rest = new Counting(600);
        Assert.Equal(whole, File.ReadAllBytes(Images(rest, "cut")));
        Assert.Equal(600 - 256, rest.Read);
        Assert.Single(Directory.GetFiles(At("cut"), "*-images.safetensors"));
    }

    [Fact]
    public void What_would_be_written_is_known_before_and_nothing_after()
    {
        var (dataset, cache) = (new Counting(40), new FeatureCache(At("known")));
        var expected = cache.BytesToWrite(dataset, _model);
        Assert.Equal(0, dataset.Read);
        Load(dataset, "known");
        var written = Directory.GetFiles(At("known"), "*.safetensors").Sum(f => new FileInfo(f).Length);
        Assert.InRange(written - expected, 0, 2000); // their headers
        Assert.Equal(0, cache.BytesToWrite(dataset, _model));
        Assert.True(new FeatureCache(At("half")) { MostFullPrecision = 100 }.BytesToWrite(dataset, _model) <= (expected / 2) + 4);
    }

    [Fact]
    public void What_no_marker_vouches_for_is_computed_again()
    {
        Assert.ThrowsAny<Exception>(() => Load(new Counting(600) { StopAt = 300 }, "cut"));
        var part = Assert.Single(Directory.GetFiles(At("cut"), "*.part"));
        File.Delete(part + ".json");
        var rest = new Counting(600);
        Images(rest, "cut");
        Assert.Equal(600, rest.Read);
    }

    [Fact]
    public void A_marker_of_other_data_vouches_for_nothing()
    {
        var path = Images(new Counting(40), "old");
        Directory.CreateDirectory(At("new"));
        File.Copy(path, At("new/" + Path.GetFileName(path).Replace("revision-1", "revision-2", StringComparison.Ordinal) + ".part"));
        var other = new Counting(40) { Version = "2" };
        var part = Assert.Single(Directory.GetFiles(At("new")));
        File.WriteAllText(part + ".json", Marker(part, 40)); // the marker vouches for the old revision's header
        Images(other, "new");
        Assert.Equal(40, other.Read);
    }

    [Fact]
    public void A_damaged_cache_is_computed_again_and_a_whole_one_is_not()
    {
        var path = Images(new Counting(40), "damaged");
        var whole = File.ReadAllBytes(path);
        var again = new Counting(40);
        Images(again, "damaged");
        Assert.Equal(0, again.Read);
        File.WriteAllBytes(path, whole[..^4]);
        Images(again, "damaged");
        Assert.Equal(40, again.Read);
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    [Fact]
    public void Rows_read_through_the_mapping_equal_those_held_in_memory()
    {
        using var scope = NewDisposeScope();
        var data = new Counting(40);
        using var resident = new FeatureCache(Caches).Load(data, _model);
        using var mapped = new FeatureCache(Caches) { MostResident = 0 }.Load(data, _model);
        long[] rows = [39, 0, 7, 7];
        Assert.Equal(Numbers(resident.Images(rows)), Numbers(mapped.Images(rows)));
        Assert.Equal(Numbers(resident.English([3, 1])), Numbers(mapped.English([3, 1])));
        Assert.Equal(resident.ImageRows(), mapped.ImageRows());
        Assert.Equal([4L, 128L], mapped.Images(rows).shape);
        Assert.Throws<ArgumentOutOfRangeException>(() => mapped.Images([40]));
    }

    [Fact]
    public void A_very_large_matrix_is_kept_in_half_precision()
    {
        using var scope = NewDisposeScope();
        var data = new Counting(40);
        using var full = new FeatureCache(At("full")).Load(data, _model);
        var halves = new FeatureCache(At("half")) { MostFullPrecision = 0 };
        using var half = halves.Load(data, _model);
        using var mapped = new FeatureCache(At("half")) { MostFullPrecision = 0, MostResident = 0 }.Load(data, _model);
        var (a, b) = (Numbers(full.Images([5])), Numbers(half.Images([5])));
        Assert.NotEqual(a, b);
        Assert.All(a.Zip(b), x => Assert.Equal(x.First, x.Second, 2e-3));
        Assert.Equal(b, Numbers(mapped.Images([5])));
        Assert.Equal(ScalarType.Float32, half.Images([5]).dtype);
    }

    [Fact]
    public async Task Of_two_who_need_the_same_one_computes_and_the_other_waits()
    {
        var (first, second) = (new Counting(600), new Counting(600));
        await Task.WhenAll(Task.Run(() => Load(first, "both")), Task.Run(() => Load(second, "both")));
        Assert.Equal(600, first.Read + second.Read);
    }

    [Fact]
    public void Two_data_sets_and_two_revisions_have_caches_of_their_own()
    {
        Images(new Counting(40), "shared");
        Images(new Counting(40) { Version = "2" }, "shared");
        Assert.Equal(2, Directory.GetFiles(At("shared"), "*-images.safetensors").Length);
    }

    [Fact]
    public void An_image_that_cannot_be_read_any_more_is_named()
    {
        Write("coco");
        var data = Open("coco");
        File.Delete(At("MSCOCO/val2014/COCO_val2014_000000000014.jpg"));
        var error = Assert.Throws<EngineException>(() => new FeatureCache(Caches).Load(data, _model));
        Assert.Contains("COCO_val2014_000000000014.jpg", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Embeddings_in_NumPy_files_are_used_where_a_sample_agrees()
    {
        Write("coco");
        var data = Open("coco");
        using var computed = new FeatureCache(At("computed")).Load(data, _model);
        // one row a first-seen training image and a line; the last row of each marked, so that its use shows
        var images = computed.ImageRows()[..(SmallCorpora.TrainImages * 128)];
        images[^1] += 0.25f;
        Npy("images_vision_embeddings.npy", images, SmallCorpora.TrainImages);
        long[] rows = [.. Enumerable.Range(0, 24).Select(i => (long)i)];
        using var english = computed.English(rows);
        Npy("texts_sentence_embeddings.npy", Numbers(english), 24);
        var notes = new List<string>();
        using var given = new FeatureCache(At("given")).Load(data, _model, new Notes(notes));
        Assert.Equal(2, notes.Count(n => n.StartsWith("Using ", StringComparison.Ordinal)));
        using var text = given.English(rows);
        Assert.Equal(Numbers(english), Numbers(text));
        Assert.Equal(computed.ImageRows().Length, given.ImageRows().Length);
    }

    [Theory]
    [InlineData("model", "another model or other data")]
    [InlineData("rows", "its 11 rows are not one a training image")]
    [InlineData("width", "its rows have 64 numbers, the base model's 128")]
    [InlineData("cut", "cut off or broken")]
    [InlineData("float64", "not a matrix of float32")]
    [InlineData("text", "is no NumPy file")]
    public void Embeddings_of_another_model_and_broken_files_are_named_and_not_used(string what, string words)
    {
        Write("coco");
        var data = Open("coco");
        var draws = new Random(1);
        float[] noise = [.. Enumerable.Range(0, SmallCorpora.TrainImages * 128).Select(_ => (float)draws.NextDouble() - 0.5f)];
        var path = Npy(
            "a_vision_embeddings.npy",
            noise,
            what == "rows" ? SmallCorpora.TrainImages - 1 : SmallCorpora.TrainImages,
            what == "width" ? 64 : 128
        );
        var bytes = File.ReadAllBytes(path);
        switch (what)
        {
            case "cut":
                File.WriteAllBytes(path, bytes[..^8]);
                break;
            case "float64":
                bytes["\u0093NUMPY\u0001\0v\0{'descr': '<f".Length] = (byte)'8';
                File.WriteAllBytes(path, bytes);
                break;
            case "text":
                File.WriteAllText(path, "no matrix at all");
                break;
        }
        var notes = new List<string>();
        using var features = new FeatureCache(Caches).Load(data, _model, new Notes(notes));
        var note = Assert.Single(notes);
        Assert.Contains("a_vision_embeddings.npy", note, StringComparison.Ordinal);
        Assert.Contains(words, note, StringComparison.Ordinal);
        using var plain = new FeatureCache(At("plain")).Load(new Plain(data), _model);
        Assert.Equal(plain.ImageRows(), features.ImageRows());
    }

    private static float[] Numbers(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.cpu().contiguous().Elements<float>();
    }

    private static string Marker(string part, int rows)
    {
        var bytes = File.ReadAllBytes(part);
        var header = bytes[..(8 + (int)BitConverter.ToInt64(bytes))];
        return $"{{\"Header\":\"{Convert.ToHexString(header)}\",\"Rows\":{rows}}}";
    }

    private void Load(IRetrievalDataset data, string folder) => new FeatureCache(At(folder)).Load(data, _model).Dispose();

    private string Images(IRetrievalDataset data, string folder)
    {
        Load(data, folder);
        return Directory.GetFiles(At(folder), "*-images.safetensors").OrderBy(File.GetLastWriteTimeUtc).Last();
    }

    private string Npy(string name, float[] numbers, int rows, int width = 128)
    {
        var path = At($"corpus/multilingual_coco/36langs/embeddings/{name}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {width}), }}".PadRight(117) + "\n"; // 10 bytes before it: 128
        byte[] head = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header)];
        File.WriteAllBytes(path, [.. head, .. MemoryMarshal.AsBytes(numbers.AsSpan(0, rows * width))]);
        return path;
    }

    private sealed class Notes(List<string> notes) : IProgress<FeatureProgress>
    {
        public void Report(FeatureProgress value)
        {
            if (value.Note is { } note)
            {
                notes.Add(note);
            }
        }
    }

    /// <summary>Toy images that count how often they are read and fail at one of them.</summary>
    private sealed class Counting(int images) : IRetrievalDataset
    {
        private readonly ToyDataset _toy = new();
        private int _read;

        public int Read => _read;
        public int StopAt { get; init; } = int.MaxValue;
        public string Version { get; init; } = "1";
        public string Id => "counting";
        public string Name => "Counting";
        public string Revision => $"revision-{Version}";
        public IReadOnlyList<string> Languages => _toy.Languages;
        public string HeadlineProtocol => _toy.HeadlineProtocol;
        public DatasetDefaults Defaults => _toy.Defaults;
        public int ImageCount => images;

        public RgbImage ReadImage(int image)
        {
            Interlocked.Increment(ref _read);
            return image >= StopAt ? throw new EngineException("The disk was pulled out.") : _toy.ReadImage(image);
        }

        public IReadOnlyList<string> TrainingTexts(string language) => _toy.TrainingTexts(language);

        public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random) => _toy.TrainingEpoch(language, random);

        public int TrainingPairCount(string language) => _toy.TrainingPairCount(language);

        public RetrievalSet? Validation(string language) => _toy.Validation(language);

        public IReadOnlyList<RetrievalSet> Tests(string language) => _toy.Tests(language);
    }

    /// <summary>A data set without the embeddings that it came with.</summary>
    private sealed class Plain(IRetrievalDataset data) : IRetrievalDataset
    {
        public string Id => data.Id;
        public string Name => data.Name;
        public string Revision => data.Revision;
        public IReadOnlyList<string> Languages => data.Languages;
        public string HeadlineProtocol => data.HeadlineProtocol;
        public DatasetDefaults Defaults => data.Defaults;
        public int ImageCount => data.ImageCount;

        public RgbImage ReadImage(int image) => data.ReadImage(image);

        public IReadOnlyList<string> TrainingTexts(string language) => data.TrainingTexts(language);

        public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random) => data.TrainingEpoch(language, random);

        public int TrainingPairCount(string language) => data.TrainingPairCount(language);

        public RetrievalSet? Validation(string language) => data.Validation(language);

        public IReadOnlyList<RetrievalSet> Tests(string language) => data.Tests(language);
    }
}
