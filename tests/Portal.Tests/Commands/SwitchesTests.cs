using CllClip.Portal.Commands;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

public sealed class SwitchesTests
{
    [Fact]
    public void A_request_is_read_from_its_switches()
    {
        var given = Switches.Read(
            [
                "--method",
                "cll-clip",
                "--teir",
                "--languages=en, de,ja",
                "--epochs",
                "3",
                "--seed=7",
                "--option",
                "learningRate=1e-3",
                "--option",
                "batchSize=64",
                "--tag",
                "a b",
                "--tag=c",
                "--CllClip:DataRoot",
                "/data",
                "--CllClip:Device=cpu",
            ],
            RunSwitches.All
        );
        var request = RunSwitches.ToRequest(given);

        Assert.Empty(given.Errors);
        Assert.Equal(["--CllClip:DataRoot=/data", "--CllClip:Device=cpu"], given.Settings);
        Assert.Equal("cll-clip", request.Method);
        Assert.True(request.Teir);
        Assert.Equal(["en", "de", "ja"], request.Languages);
        Assert.Equal((3, 7), (request.Epochs, request.Seed));
        Assert.Equal(1e-3, request.Options!["learningRate"].GetDouble());
        Assert.Equal(64, request.Options["batchSize"].GetInt64());
        Assert.Equal(["a b", "c"], request.Tags);
        Assert.Equal(("emoji36", "emoji-base"), (request.Dataset, request.Model));
    }

    [Fact]
    public void Further_test_sets_are_a_list()
    {
        var given = Switches.Read(["--dataset", "mscoco36", "--tests", "xm3600, flickr30k"], RunSwitches.All);
        Assert.Equal(["xm3600", "flickr30k"], RunSwitches.ToRequest(given).TestSets);
        Assert.Equal("--tests", RunSwitches.Of("testSets"));
        Assert.Null(RunSwitches.ToRequest(Switches.Read([], RunSwitches.All)).TestSets);
    }

    [Theory]
    [InlineData("tour", 6)]
    [InlineData("paper", 36)]
    public void Languages_may_be_a_known_sequence(string name, int count) =>
        Assert.Equal(count, RunSwitches.ToRequest(Switches.Read(["--languages", name], RunSwitches.All)).Languages!.Count);

    [Fact]
    public void Every_wrong_switch_is_named()
    {
        var given = Switches.Read(
            ["--mehtod", "x", "--epochs", "many", "--seed", "--teir=yes", "--name", "a", "--name", "b", "--option", "c"],
            RunSwitches.All
        );
        RunSwitches.ToRequest(given);

        Assert.Collection(
            given.Errors.Order(StringComparer.Ordinal),
            e => Assert.StartsWith("--epochs: 'many'", e, StringComparison.Ordinal),
            e => Assert.StartsWith("--mehtod:", e, StringComparison.Ordinal),
            e => Assert.StartsWith("--name:", e, StringComparison.Ordinal),
            e => Assert.StartsWith("--option: 'c'", e, StringComparison.Ordinal),
            e => Assert.StartsWith("--seed: a value is missing", e, StringComparison.Ordinal),
            e => Assert.StartsWith("--teir:", e, StringComparison.Ordinal)
        );
        Assert.Equal(["x"], given.Words);
    }

    [Theory]
    [InlineData(true, "run", "--method", "x")]
    [InlineData(true, "--help")]
    [InlineData(true, "frobnicate")]
    [InlineData(false)]
    [InlineData(false, "--urls", "http://localhost:6001")]
    [InlineData(false, "--CllClip:DataRoot=/data")]
    public void The_portal_starts_unless_a_command_is_named(bool command, params string[] args) =>
        Assert.Equal(command, CommandLine.IsCommand(args));

    [Fact]
    public void The_bar_stays_on_one_line_of_a_terminal_and_a_redirected_output_gets_a_line_a_tenth()
    {
        using var terminal = new StringWriter();
        var bar = new ConsoleProgress(terminal, terminal: true, width: 60);
        using var file = new StringWriter();
        var plain = new ConsoleProgress(file, terminal: false);
        for (var i = 0; i <= 100; i++)
        {
            bar.Report(i / 100.0, "training", 100 - i);
            plain.Report(i / 100.0, "training", 100 - i);
        }
        bar.End();

        Assert.DoesNotContain('\n', terminal.ToString());
        Assert.All(terminal.ToString().Split('\r'), line => Assert.True(line.Length < 60, line));
        Assert.Contains("[############............] 50 %, 50 s left  training", terminal.ToString(), StringComparison.Ordinal);
        Assert.Equal(11, file.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
