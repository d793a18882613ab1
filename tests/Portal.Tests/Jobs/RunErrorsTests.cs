using CllClip.Engine;
using CllClip.Portal.Jobs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

public sealed class RunErrorsTests
{
    [Fact]
    public void A_full_disk_is_called_one_whoever_met_it()
    {
        foreach (var error in new Exception[] { new IOException("No space left on device", 28), new SqliteException("full", 13) })
        {
            Assert.Contains("No space is left", RunErrors.Explain(error), StringComparison.Ordinal);
            Assert.Contains(
                "No space is left",
                RunErrors.Explain(new EngineException("x cannot be written", error)),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void The_engines_own_words_are_kept_as_they_are() =>
        Assert.Equal(
            "The loss is NaN. Lower the learning rate.",
            RunErrors.Explain(new EngineException("The loss is NaN. Lower the learning rate."))
        );

    [Fact]
    public void Rights_and_unknown_errors_name_a_way_on()
    {
        Assert.Contains(
            "resume the run",
            RunErrors.Explain(new UnauthorizedAccessException("Access to 'x' is denied.")),
            StringComparison.Ordinal
        );
        var words = RunErrors.Explain(new InvalidOperationException("odd\n   at Some.Where()"));
        Assert.Contains("odd", words, StringComparison.Ordinal);
        Assert.DoesNotContain("Some.Where", words, StringComparison.Ordinal);
    }
}
