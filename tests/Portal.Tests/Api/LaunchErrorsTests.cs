using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Portal.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>What <c>POST /api/v1/runs</c> refuses, and how it says so.</summary>
public sealed class LaunchErrorsTests(PortalHost portal) : IClassFixture<PortalHost>
{
    private const string Path = "/api/v1/runs";

    [Theory]
    [InlineData("""{}""", "languages method")]
    [InlineData("""{"method":"no-such","languages":["en"]}""", "method")]
    [InlineData("""{"method":"cll-clip","languages":[]}""", "languages")]
    [InlineData("""{"method":"cll-clip","languages":["en","en","xx"]}""", "languages")]
    [InlineData("""{"method":"cll-clip","languages":["en"],"dataset":"nothing","model":"nothing"}""", "dataset model")]
    [InlineData("""{"method":"cll-clip","languages":["en"],"epochs":0,"seed":-1,"device":"tpu"}""", "device epochs seed")]
    [InlineData("""{"method":"zero-shot","teir":true,"languages":["en"]}""", "teir")]
    [InlineData(
        """{"method":"cll-clip","languages":["en"],"options":{"learningRate":-1,"noSuch":1}}""",
        "options.learningRate options.noSuch"
    )]
    [InlineData(
        """{"method":"cll-clip","languages":["en"],"options":{"batchSize":1e400,"learningRate":"fast"}}""",
        "options.batchSize options.learningRate"
    )]
    [InlineData("""{"Method":"cll-clip","languages":["en"],"colour":1}""", "Method colour method")]
    [InlineData(
        """{"method":1,"teir":"yes","languages":"en","epochs":"3","seed":1.5,"options":[],"tags":[1],"name":{}}""",
        "epochs languages method name options seed tags teir"
    )]
    [InlineData("""{"method":"cll-clip","languages":["en",null],"epochs":99999999999}""", "epochs languages")]
    [InlineData("""{"method":"cll-clip","method":"er","languages":["en"]}""", "method")]
    [InlineData("""{"method":"cll-clip","languages":["en"],"options":{"batchSize":[1],"batchSize":2}}""", "options.batchSize")]
    [InlineData("""{"method":"cll-clip\ud800","languages":["en"]}""", "method")]
    [InlineData("""{"method":"cll-clip","languages":["en"],"tags":[""],"name":"a\u0000b"}""", "name tags")]
    public async Task Every_wrong_field_is_named(string body, string fields)
    {
        await ReadyAsync();
        var errors = (await portal.AskAsync("POST", Path, body)).Errors;
        Assert.Equal(fields.Split(' ').Order(StringComparer.Ordinal), errors.Keys.Order(StringComparer.Ordinal));
        Assert.All(errors.Values, messages => Assert.All(messages, m => Assert.False(string.IsNullOrWhiteSpace(m))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"method\":")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"method\":\"cll-clip\",}")]
    [InlineData("{\"a\\ud800\":1}")]
    public async Task What_is_no_json_object_is_a_wrong_body(string body) =>
        Assert.Contains("body", (await portal.AskAsync("POST", Path, body)).Errors.Keys);

    [Fact]
    public async Task Deep_nesting_is_refused() =>
        Assert.Equal(["body"], (await portal.AskAsync("POST", Path, "{\"options\":" + new string('[', 5000))).Errors.Keys);

    [Fact]
    public async Task A_huge_body_is_refused_before_it_is_read() =>
        (await portal.AskAsync("POST", Path, $"{{\"name\":\"{new string('x', 200_000)}\"}}")).Problem(413);

    [Fact]
    public async Task A_body_that_hides_its_length_is_cut_off_too()
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path);
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StringContent("[" + new string(' ', 200_000) + "]", System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task A_form_of_another_site_cannot_launch(string type) =>
        (await portal.AskAsync("POST", Path, """{"method":"zero-shot","languages":["en"]}""", type)).Problem(415);

    [Fact]
    public async Task A_search_by_image_without_a_form_says_what_is_missing()
    {
        (await portal.AskAsync("POST", "/api/v1/search/image")).Problem(400);
        (await portal.AskAsync("POST", "/api/v1/search/image", "{}")).Problem(415);
        const string Empty = "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x--\r\n";
        Assert.Contains(
            "file",
            (await portal.AskAsync("POST", "/api/v1/search/image", Empty, "multipart/form-data; boundary=x")).Errors.Keys
        );
    }

    [Fact]
    public async Task A_foreign_origin_cannot_launch_and_nothing_is_stored()
    {
        const string Good = """{"method":"zero-shot","languages":["en"],"name":"foreign"}""";
        (await portal.AskAsync("POST", Path, Good, change: r => r.Headers.Add("Origin", "https://attacker.example"))).Problem(403);
        (await portal.AskAsync("POST", Path, Good, change: r => r.Headers.Host = "attacker.example")).Problem(403);
        Assert.Equal(0, (await portal.AskAsync("GET", "/api/v1/runs?q=foreign")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task While_the_data_set_is_prepared_the_portal_says_so()
    {
        using var early = new PortalHost([], services: s => s.Replace(ServiceDescriptor.Singleton<IEngineHost>(new Preparing())));
        var answer = await early.AskAsync("POST", Path, """{"method":"zero-shot","languages":["en"]}""");
        Assert.Contains("prepared", answer.Problem(503).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("method", (await early.AskAsync("POST", Path, """{"method":"x","languages":["en"]}""")).Errors.Keys);
        var sets = (await early.AskAsync("GET", "/api/v1/datasets")).Json;
        Assert.Equal("preparing", sets[0].GetProperty("state").GetString());
        Assert.Equal(0.25, sets[0].GetProperty("preparation").GetProperty("fraction").GetDouble());
        Assert.Equal("loading", (await early.AskAsync("GET", "/api/v1/models")).Json[0].GetProperty("state").GetString());

        Assert.Equal(200, (await early.AskAsync("GET", "/health/live")).Code);
        var ready = await early.AskAsync("GET", "/health/ready");
        Assert.Equal(503, ready.Code);
        Assert.Contains("Drawing", ready.Text, StringComparison.Ordinal);
        Assert.Contains("cllclip_ready 0", (await early.AskAsync("GET", "/metrics")).Text, StringComparison.Ordinal);
    }

    private async Task ReadyAsync()
    {
        Assert.SkipUnless(PreparedData.IsThere, "The npm packages of Emoji36 are not installed: run npm ci.");
        var end = DateTime.UtcNow + TimeSpan.FromMinutes(3);
        while ((await portal.AskAsync("GET", "/health/ready")).Code != 200)
        {
            Assert.True(DateTime.UtcNow < end, "The portal does not become ready.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>An engine that never gets ready.</summary>
    internal sealed class Preparing : IEngineHost
    {
        public PreparationStatus Preparation { get; init; } = new(false, "Drawing", 0.25, 9, null);
        public event Action? PreparationChanged
        {
            add { }
            remove { }
        }
        public Task Ready { get; } = new TaskCompletionSource().Task;
        public IReadOnlyList<IRetrievalDataset> Datasets => [];
        public IReadOnlyList<string> ModelIds => ["emoji-base"];

        public void Retry() { }

        public ClipModel Model(string id, string? device = null) => throw new InvalidOperationException();

        public DatasetDefaults Defaults(IRetrievalDataset dataset, string modelId) => dataset.Defaults;

        public TeacherFeatures Features(
            IRetrievalDataset dataset,
            string modelId,
            string? device = null,
            IProgress<FeatureProgress>? progress = null,
            CancellationToken stop = default
        ) => throw new InvalidOperationException();
    }
}
