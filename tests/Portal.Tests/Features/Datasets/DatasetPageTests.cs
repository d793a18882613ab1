using Bunit;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Data.Images;
using CllClip.Portal.Features.Datasets.Preview;
using CllClip.Portal.Features.Datasets.Statistics;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Jobs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using TestContext = Xunit.TestContext;

namespace CllClip.Portal.Tests.Features.Datasets;

/// <summary>Images with captions page by page, and statistics while they are counted.</summary>
public sealed class DatasetPageTests : PageContext
{
    private readonly TemporaryFolder _folder = new();
    private readonly Many _many = new();
    private StatisticsWorker _worker = null!;

    protected override void AddServices(IServiceCollection services)
    {
        var folders = new PortalFolders(PreparedData.Root, Path.Combine(_folder.Path, "data"));
        var engine = new ToyEngine();
        _worker = new StatisticsWorker(
            engine,
            new BaseModels(folders),
            folders,
            TimeProvider.System,
            NullLogger<StatisticsWorker>.Instance
        );
        services.AddSingleton(new PreviewShelf(engine));
        services.AddSingleton(_worker);
    }

    protected override void Dispose(bool disposing)
    {
        _many.GoOn.Set();
        base.Dispose(disposing);
        _folder.Dispose();
    }

    [Fact]
    public void A_page_has_the_captions_in_their_language_and_direction_and_leads_to_the_next()
    {
        var preview = Render<DatasetPreview>(p => p.Add(d => d.Dataset, _many).Add(d => d.Language, "ar").Add(d => d.Split, "test"));
        preview.WaitForAssertion(() => Assert.Equal(24, preview.FindAll(".images > li").Count));
        var first = preview.Find(".images > li");
        Assert.Equal(("ar", "rtl"), (first.QuerySelector("ul")!.GetAttribute("lang"), first.QuerySelector("ul")!.GetAttribute("dir")));
        Assert.Equal("ar 0 a", Text(first.QuerySelector("ul li")!));
        Assert.Equal("picture 0", first.QuerySelector("img")!.GetAttribute("alt"));
        Assert.StartsWith("/api/v1/images/many/", first.QuerySelector("img")!.GetAttribute("src"), StringComparison.Ordinal);
        Assert.Contains("1 to 24 of 50", Text(preview.Find("nav")), StringComparison.Ordinal);
        Assert.True(preview.Find("button[aria-label='Page before']").HasAttribute("disabled"));
        preview.Find("button[aria-label='Last page']").Click();
        Assert.EndsWith("/datasets/many?split=test&language=ar&page=3", Address, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_beyond_the_last_shows_the_last_and_a_wrong_language_the_first()
    {
        var preview = Render<DatasetPreview>(p =>
            p.Add(d => d.Dataset, _many).Add(d => d.Language, "xx").Add(d => d.Split, "test").Add(d => d.Number, "99999999999")
        );
        preview.WaitForAssertion(() => Assert.Equal(24, preview.FindAll(".images > li").Count));
        var last = Render<DatasetPreview>(p => p.Add(d => d.Dataset, _many).Add(d => d.Split, "test").Add(d => d.Number, "7"));
        last.WaitForAssertion(() => Assert.Contains("49 to 50 of 50", Text(last.Find("nav")), StringComparison.Ordinal));
        Assert.True(last.Find("button[aria-label='Next page']").HasAttribute("disabled"));
    }

    [Fact]
    public void A_split_without_captions_says_so_and_none_asked_for_is_the_first_that_has_some()
    {
        var empty = Render<DatasetPreview>(p => p.Add(d => d.Dataset, _many).Add(d => d.Split, "train"));
        empty.WaitForAssertion(() => Assert.Contains("No image of this split", empty.Markup, StringComparison.Ordinal));
        var some = Render<DatasetPreview>(p => p.Add(d => d.Dataset, _many));
        some.WaitForAssertion(() =>
            Assert.Equal("true", some.FindAll(".seg button").Single(b => b.TextContent == "Test").GetAttribute("aria-pressed"))
        );
    }

    [Fact]
    public async Task Statistics_are_counted_cancelled_counted_again_and_kept()
    {
        _many.GoOn.Reset();
        await _worker.StartAsync(TestContext.Current.CancellationToken);
        _worker.Look(_many, "emoji-base");
        await UntilAsync(StatisticsState.Computing);
        Assert.True(_worker.Cancel(_many, "emoji-base"));
        _many.GoOn.Set();
        await UntilAsync(StatisticsState.Cancelled);
        Assert.Equal(StatisticsState.Cancelled, _worker.Look(_many, "emoji-base").State); // a look does not begin again
        _worker.Begin(_many, "emoji-base");
        await UntilAsync(StatisticsState.Ready);
        var ready = _worker.Look(_many, "emoji-base");
        Assert.Equal(["en", "ar"], ready.Languages!.Select(l => l.Language));
        Assert.Equal(100, ready.Languages![0].Test);
        Assert.Equal(StatisticsState.Failed, (await FailedAsync()).State);
        await _worker.StopAsync(TestContext.Current.CancellationToken);
    }

    private string Address => Services.GetRequiredService<NavigationManager>().Uri;

    private async Task UntilAsync(StatisticsState state)
    {
        for (var i = 0; i < 400 && _worker.Look(_many, "emoji-base").State != state; i++)
        {
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
        Assert.Equal(state, _worker.Look(_many, "emoji-base").State);
    }

    private async Task<StatisticsView> FailedAsync()
    {
        for (var i = 0; i < 400 && _worker.Look(_many, "no-model").State != StatisticsState.Failed; i++)
        {
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
        return _worker.Look(_many, "no-model");
    }

    /// <summary>Fifty images with two test captions each, in memory; counting can be held up.</summary>
    private sealed class Many : ICaptionedDataset
    {
        private readonly ToyDataset _toy = new();

        public ManualResetEventSlim GoOn { get; } = new(true);
        public string Id => "many";
        public string Name => "Many";
        public string Revision => "0123456789abcdef0123456789abcdef";
        public IReadOnlyList<string> Languages => ["en", "ar"];
        public string HeadlineProtocol => "all-captions";
        public DatasetDefaults Defaults => _toy.Defaults;
        public int ImageCount => 50;

        public CaptionedImages Captioned(string language, CorpusSplit split) =>
            split == CorpusSplit.Test
                ? CaptionedImages.Of([.. Enumerable.Range(0, 50)], i => [$"{language} {i} a", $"{language} {i} b"])
                : CaptionedImages.Of([], _ => []);

        public IEnumerable<string> Captions(string language, CorpusSplit split)
        {
            GoOn.Wait();
            return split == CorpusSplit.Test ? Enumerable.Range(0, 100).Select(i => $"{language} caption {i}") : [];
        }

        public string ImageName(int image) => $"picture {image}";

        public RgbImage ReadImage(int image) => throw new EngineException("Not asked for here.");

        public IReadOnlyList<string> TrainingTexts(string language) => [];

        public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random) => [];

        public int TrainingPairCount(string language) => 0;

        public RetrievalSet? Validation(string language) => null;

        public IReadOnlyList<RetrievalSet> Tests(string language) => [];
    }
}
