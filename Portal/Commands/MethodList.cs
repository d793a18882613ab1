using System.Globalization;
using CllClip.Engine.Methods;
using CllClip.Shared.Methods;

namespace CllClip.Portal.Commands;

/// <summary><c>methods [--markdown]</c>: every method with its options, from the catalogue. docs/methods.md is what the second form prints.</summary>
internal static class MethodList
{
    private const string MarkdownSwitch = "--markdown";

    public static int Write(string[] args, TextWriter output)
    {
        if (args.FirstOrDefault(a => a != MarkdownSwitch) is { } unknown)
        {
            throw new WrongCommandException([$"methods has no switch '{unknown}'. See --help."]);
        }
        output.Write(args.Length > 0 ? Markdown(MethodCatalog.All) : Text(MethodCatalog.All));
        return CommandLine.Done;
    }

    /// <summary>The page docs/methods.md.</summary>
    internal static string Markdown(IReadOnlyList<MethodDescriptor> methods)
    {
        using var page = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        page.WriteLine("# Methods");
        page.WriteLine();
        page.WriteLine(
            "Made by `dotnet run --project Portal -- methods --markdown > docs/methods.md` from the head of each method's file in `Engine/Methods`; a test compares."
        );
        page.WriteLine();
        page.WriteLine("| id | name | family | with TEIR | what it does | paper |");
        page.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var m in methods)
        {
            page.WriteLine($"| `{m.Id}` | {m.Name} | {m.Family} | {(m.ComposesWithTeir ? "yes" : "no")} | {m.Summary} | {m.Paper} |");
        }
        var shared = Shared(methods);
        page.WriteLine();
        page.WriteLine("## Options of all that train");
        Options(page, shared);
        foreach (var m in methods)
        {
            var own = m.Options.Where(o => !shared.Contains(o)).ToList();
            if (own.Count > 0)
            {
                page.WriteLine();
                page.WriteLine($"## {m.Name}");
                Options(page, own);
            }
        }
        return page.ToString();
    }

    private static string Text(IReadOnlyList<MethodDescriptor> methods)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var m in methods)
        {
            text.WriteLine($"{m.Id} - {m.Name}{(m.ComposesWithTeir ? " (with or without TEIR)" : "")}");
            text.WriteLine($"  {m.Summary}");
            foreach (var o in m.Options)
            {
                text.WriteLine($"  --option {o.Name}={Value(o.Default)}{Range(o, "  ")}  {o.Help}");
            }
            text.WriteLine();
        }
        return text.ToString();
    }

    /// <summary>Options that at least half of the training methods have in common.</summary>
    private static List<OptionDescriptor> Shared(IReadOnlyList<MethodDescriptor> methods) =>
        [
            .. methods
                .SelectMany(m => m.Options)
                .GroupBy(o => o)
                .Where(g => 2 * g.Count() >= methods.Count(m => m.Trains))
                .Select(g => g.Key),
        ];

    private static void Options(StringWriter page, IEnumerable<OptionDescriptor> options)
    {
        page.WriteLine();
        page.WriteLine("| option | paper's value | range | unit | what it does |");
        page.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var o in options)
        {
            page.WriteLine($"| `{o.Name}` | {Value(o.Default)} | {Range(o, "")} | {o.Unit} | {o.Help} |");
        }
    }

    private static string Range(OptionDescriptor o, string before) =>
        o.Choices is { } choices ? before + string.Join(", ", choices)
        : o.Min is null && o.Max is null ? ""
        : $"{before}{Value(o.Min)} to {Value(o.Max)}";

    private static string? Value(object? value) =>
        value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture);
}
