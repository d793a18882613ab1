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
