using CllClip.Portal.Commands;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

public sealed class VerifyResumeTests
{
    [Fact]
    public void A_process_that_takes_the_run_up_has_the_settings_of_the_one_that_began_it()
    {
        string[] settings = ["--CllClip:Jobs:CheckpointSeconds=0.5", "--CllClip:Device=cpu", "--CllClip:Precision=float32"];
        string[] run = ["run", "--json", "--method", "oewc"];
        Assert.Equal([.. run, .. settings], VerifyResume.Arguments(run, settings, null));
        Assert.Equal(
            ["run", "--json", "--resume", "x7", .. settings],
            VerifyResume.Arguments(run, settings, Path.Combine("data", "runs", "x7"))
        );
    }
}
