using System.Text.Json;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Launch;

public sealed class LaunchFormTests
{
    [Fact]
    public void It_opens_as_the_Tour()
    {
        var request = Assert.Single(new LaunchForm().Requests());
        Assert.Equal("cll-clip", request.Method);
        Assert.True(request.Teir);
        Assert.Equal(LanguageCatalog.Tour, request.Languages);
        Assert.Equal(1, request.Seed);
        Assert.Null(request.Epochs);
        Assert.Null(request.Options);
    }

    [Fact]
    public void Several_methods_and_seeds_make_several_runs_and_TEIR_stays_where_it_composes()
    {
        var form = new LaunchForm { Seeds = "1, 5-6", AlsoWithoutTeir = true };
        form.AllowSeveral(true);
        form.Choose("joint");
        var requests = form.Requests();
        Assert.Equal(9, requests.Count);
        Assert.All(requests.Where(r => r.Method == "joint"), r => Assert.False(r.Teir));
        Assert.Equal(3, requests.Count(r => r.Method == "cll-clip" && r.Teir));
        Assert.Equal([1, 5, 6], requests.Select(r => r.Seed!.Value).Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("3-1")]
    [InlineData("1-9999999")]
    [InlineData("-3")]
    public void Seeds_that_cannot_be_read_are_named(string seeds) =>
        Assert.Contains(
            "seed",
            new LaunchForm { Seeds = seeds }
                .Check([], ["emoji-base"], true)
                .Keys
        );

    [Fact]
    public void Values_go_out_with_their_type_and_wrong_ones_are_refused_by_name()
    {
        var form = new LaunchForm();
        form.Options["learningRate"] = "1e-3";
        form.Options["batchSize"] = "64";
        form.Options["selectBestEpoch"] = "false";
        var options = Assert.Single(form.Requests()).Options!;
        Assert.Equal(1e-3, options["learningRate"].GetDouble());
        Assert.Equal(64, options["batchSize"].GetInt64());
        Assert.Equal(JsonValueKind.False, options["selectBestEpoch"].ValueKind);
        Assert.Empty(form.Check([], ["emoji-base"], datasetPending: true));

        form.Options["batchSize"] = "many";
        form.Options["weightDecay"] = "7";
        form.Epochs = "0";
        form.SetLanguages([]);
        Assert.Equal(
            ["epochs", "languages", "options.batchSize", "options.weightDecay"],
            form.Check([], ["emoji-base"], true).Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Loading_a_run_gives_the_same_request_again()
    {
        var form = new LaunchForm();
        var run = SampleDesk.Run("7", languages: ["ar", "en"]) with { Teir = false, Seed = 9, Epochs = 2, Tags = ["night"] };
        form.Load(run);
        var request = Assert.Single(form.Requests());
        Assert.Equal(["ar", "en"], request.Languages);
        Assert.Equal((false, 9, 2), (request.Teir, request.Seed!.Value, request.Epochs!.Value));
        Assert.Equal(run.Options.Keys.Order(), request.Options!.Keys.Order());
        Assert.Equal(0.004, request.Options["learningRate"].GetDouble());
        Assert.Equal(["night"], request.Tags);
    }

    [Fact]
    public void Further_test_sets_are_asked_for_and_come_back_with_the_run_but_never_the_own_one()
    {
        var form = new LaunchForm();
        Assert.Null(Assert.Single(form.Requests()).TestSets);
        form.SetTestSet("xm3600", true);
        form.SetTestSet("flickr30k", true);
        form.SetTestSet("flickr30k", true);
        Assert.Equal(["xm3600", "flickr30k"], Assert.Single(form.Requests()).TestSets);
        Assert.Contains(
            "\"testSets\":[\"xm3600\",\"flickr30k\"]",
            LaunchPage.Curl("runs", form.Requests()[0], "http://x/"),
            StringComparison.Ordinal
        );
        Assert.Empty(form.Check([], ["emoji-base"], datasetPending: true));
        Assert.Contains("testSets", form.Check([], ["emoji-base"]).Keys);
        form.Dataset = "xm3600";
        Assert.Equal(["flickr30k"], Assert.Single(form.Requests()).TestSets);
        form.SetTestSet("flickr30k", false);
        Assert.Null(Assert.Single(form.Requests()).TestSets);
        form.Load(SampleDesk.Run("1") with { TestSets = ["coco"] });
        Assert.Equal(["coco"], Assert.Single(form.Requests()).TestSets);
    }

    [Fact]
    public void Further_test_sets_cost_time()
    {
        var desk = new SampleDesk();
        var measured = new[] { new MeasuredRun(desk.Add(SampleDesk.Run("1"), 6), desk.Stages["1"]) };
        var request = Assert.Single(new LaunchForm().Requests()) with { TestSets = ["a", "b"] };
        Assert.Equal(
            6 * 11.4 + 3 * 21 * 0.4,
            RunEstimator.Estimate(request, measured, _ => 3712, 6, 128, PageText.English).Seconds!.Value,
            3
        );
    }

    [Fact]
    public void Lists_may_be_typed_with_the_commas_of_any_keyboard()
    {
        var form = new LaunchForm { Seeds = "1، 2，5-6、9", Tags = "سريع، long，快、x y" };
        Assert.Equal([1, 2, 5, 6, 9], form.ReadSeeds());
        Assert.Equal(["سريع", "long", "快", "x y"], form.Requests()[0].Tags);
    }

    [Fact]
    public void Languages_move_and_shuffle_the_same_for_the_same_seed()
    {
        var form = new LaunchForm();
        form.Move(0, 2);
        Assert.Equal(["de", "ja", "en", "hi", "ar", "fi"], form.Languages);
        form.Move(0, -1);
        Assert.Equal("de", form.Languages[0]);
        form.Shuffle(4);
        var once = form.Languages.ToList();
        form.Move(0, 3);
        form.Shuffle(4);
        Assert.Equal(once, form.Languages);
        Assert.Equal(LanguageCatalog.Tour.Order(), form.Languages.Order());
    }

    [Fact]
    public void The_curl_command_is_the_request_and_survives_a_quote()
    {
        var form = new LaunchForm { Name = "it's" };
        var curl = LaunchPage.Curl("runs", form.Requests()[0], "http://localhost:5080/");
        Assert.StartsWith("curl -X POST http://localhost:5080/api/v1/runs ", curl, StringComparison.Ordinal);
        var body = curl[(curl.IndexOf("-d '", StringComparison.Ordinal) + 4)..^1].Replace("'\\''", "'", StringComparison.Ordinal);
        var back = JsonSerializer.Deserialize<RunRequest>(body, JsonSerializerOptions.Web)!;
        Assert.Equal("it's", back.Name);
        Assert.Equal(LanguageCatalog.Tour, back.Languages);
    }

    [Fact]
    public void An_estimate_scales_with_epochs_and_languages_and_says_where_it_comes_from()
    {
        var desk = new SampleDesk();
        var run = desk.Add(SampleDesk.Run("1"), 6);
        var measured = new[] { new MeasuredRun(run, desk.Stages["1"]) };
        var request = Assert.Single(new LaunchForm().Requests());
        var six = RunEstimator.Estimate(request, measured, _ => 3712, 6, 128, PageText.English);
        // 6 languages at 11.4 s of training, and 21 evaluations at 0.4 s.
        Assert.Equal(6 * 11.4 + 21 * 0.4, six.Seconds!.Value, 3);
        Assert.Equal(912_000_000, six.MemoryBytes);
        Assert.Contains("your run", six.Source, StringComparison.Ordinal);
        Assert.True(RunEstimator.Estimate(request, measured, _ => 3712, 12, 128, PageText.English).Seconds > 1.8 * six.Seconds);
        Assert.Null(RunEstimator.Estimate(request, [], null, 6, 128, PageText.English).Seconds);
    }

    [Fact]
    public void What_an_estimate_rests_on_is_told_in_the_reader_s_language()
    {
        var desk = new SampleDesk();
        var measured = new[] { new MeasuredRun(desk.Add(SampleDesk.Run("1"), 6), desk.Stages["1"]) };
        var request = Assert.Single(new LaunchForm().Requests());
        var text = new PageText(new PageTextCatalog()) { Language = PageLanguage.Of("ar") };
        var source = RunEstimator.Estimate(request, measured, null, 6, 128, text).Source;
        Assert.StartsWith("من مراحل تشغيلك", source, StringComparison.Ordinal);
        Assert.Contains(measured[0].Run.Name, source, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_one_option_make_a_sweep_in_which_each_run_says_its_own()
    {
        var form = new LaunchForm
        {
            Seeds = "1-2",
            SweepOption = "learningRate",
            SweepValues = "1e-3, 3e-3; 0.01",
        };
        form.Options["batchSize"] = "64";
        var requests = form.Requests();
        Assert.Equal((6, 6), (requests.Count, form.RunCount));
        Assert.Equal([1e-3, 1e-3, 3e-3, 3e-3, 1e-2, 1e-2], requests.Select(r => r.Options!["learningRate"].GetDouble()));
        Assert.All(requests, r => Assert.Equal(64, r.Options!["batchSize"].GetInt64()));
        Assert.Equal(6, requests.Select(r => r.Name).Distinct().Count());
        Assert.Empty(form.Check([], ["emoji-base"], datasetPending: true));
        form.SweepValues = "1e-3, x, 7e9";
        Assert.Equal([LaunchForm.ValuesField], form.Check([], ["emoji-base"], true).Keys);
        form.SweepValues = " ";
        Assert.Contains(
            "separated by commas",
            Assert.Single(form.Check([], ["emoji-base"], true)[LaunchForm.ValuesField]),
            StringComparison.Ordinal
        );
        form.Load(SampleDesk.Run("1"));
        Assert.Equal(1, form.RunCount);
    }

    [Fact]
    public void Too_many_runs_are_counted_not_made()
    {
        var form = new LaunchForm { Seeds = "1-60", AlsoWithoutTeir = true };
        Assert.Equal(120, form.RunCount);
        Assert.Equal(LaunchForm.MostRuns, form.Requests().Count);
        Assert.Contains("120 runs", Assert.Single(form.Check([], ["emoji-base"], true)["sweep"]), StringComparison.Ordinal);
    }
}
