using CllClip.Engine.Methods;
using CllClip.Portal.Commands;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary>The list of methods on the command line and in the documents.</summary>
public sealed class MethodListTests
{
    [Fact]
    public void The_page_of_methods_says_what_the_catalogue_says()
    {
        var page = Path.Combine(PreparedData.Root, "docs", "methods.md");
        Assert.True(
            File.ReadAllText(page) == MethodList.Markdown(MethodCatalog.All),
            "docs/methods.md is out of date: dotnet run --project Portal -- methods --markdown > docs/methods.md"
        );
    }

    [Fact]
    public void The_command_lists_every_method_and_option()
    {
        using var output = new StringWriter();
        Assert.Equal(CommandLine.Done, MethodList.Write([], output));
        var text = output.ToString();
        Assert.All(MethodCatalog.All, m => Assert.Contains(m.Id + " - " + m.Name, text, StringComparison.Ordinal));
        Assert.All(
            MethodCatalog.All.SelectMany(m => m.Options),
            o => Assert.Contains("--option " + o.Name, text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void An_unknown_switch_is_named() =>
        Assert.Contains(
            "--markdwon",
            Assert.Throws<WrongCommandException>(() => MethodList.Write(["--markdwon"], TextWriter.Null)).Message,
            StringComparison.Ordinal
        );
}
