using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Engine.Tests.Training;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Engine.Tests.Methods;

/// <summary>Values that are good by themselves and wrong together.</summary>
public sealed class RunValidationTests
{
    [Fact]
    public void An_objective_without_any_term_is_refused()
    {
        var errors = Check(("crosslingualScale", 0), ("crossmodalScale", 0));
        Assert.Contains("both 0", Assert.Single(errors["options.crossmodalScale"]), StringComparison.Ordinal);
        Assert.Empty(Check(("crosslingualScale", 0)));
    }

    [Theory]
    [InlineData("cll-clip", 4096, true)]
    [InlineData("cll-clip", 8, false)]
    [InlineData("joint", 90, false)] // all languages together are enough
    public void A_batch_must_fit_the_smallest_task(string method, int batch, bool refused)
    {
        var errors = Check(method, ("batchSize", batch));
        Assert.Equal(refused, errors.ContainsKey("options.batchSize"));
        if (refused)
        {
            Assert.Contains("or less", errors["options.batchSize"][0], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("small", null)]
    [InlineData("small none", "Unknown data set 'none'. Choose from: small, far.")]
    [InlineData("small small", "'small' is listed more than once.")]
    [InlineData("toy", "'toy' is the run's own data set")]
    [InlineData("far", "'far' has none of the run's languages; it has eo.")]
    public void A_further_test_set_is_open_another_and_has_one_of_the_languages(string ids, string? message)
    {
        var errors = RunValidation.Check(Request(ids, "en", "de"), Sets, ["emoji-base"]);
        if (message is null)
        {
            Assert.Empty(errors);
        }
        else
        {
            Assert.Contains(message, Assert.Single(Assert.Single(errors, e => e.Key == "testSets").Value), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_language_beyond_the_catalogue_is_the_data_set_s_to_have()
    {
        Assert.Empty(RunValidation.Check(Request("", "en", "eo"), [new ToyDataset { Languages = ["en", "eo"] }], ["emoji-base"]));
        var errors = RunValidation.Check(Request("", "eo", "fi"), Sets, ["emoji-base"]);
        Assert.Equal(["Unknown language 'eo'.", "Data set 'toy' has no language 'fi'."], errors["languages"]);
    }

    private static readonly ToyDataset[] Sets =
    [
        new(),
        new() { Id = "small", Languages = ["de", "ja"] },
        new() { Id = "far", Languages = ["eo"] },
    ];

    private static RunRequest Request(string testSets, params string[] languages) =>
        new()
        {
            Method = "cll-clip",
            Dataset = "toy",
            TestSets = testSets.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Model = "emoji-base",
            Languages = languages,
            Options = new Dictionary<string, JsonElement> { ["batchSize"] = JsonSerializer.SerializeToElement(8) },
        };

    private static IReadOnlyDictionary<string, string[]> Check(params (string Name, double Value)[] options) => Check("cll-clip", options);

    private static IReadOnlyDictionary<string, string[]> Check(string method, params (string Name, double Value)[] options)
    {
        var values = options.ToDictionary(
            o => o.Name,
            o => o.Value % 1 == 0 ? JsonSerializer.SerializeToElement((long)o.Value) : JsonSerializer.SerializeToElement(o.Value)
        );
        values.TryAdd("batchSize", JsonSerializer.SerializeToElement(8));
        var request = new RunRequest
        {
            Method = method,
            Dataset = "toy",
            Model = "emoji-base",
            Languages = ["en", "de", "ja", "ar"],
            Options = values,
        };
        return RunValidation.Check(request, [new ToyDataset()], ["emoji-base"]);
    }
}
