using System.Globalization;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using CllClip.Portal.Tests.Api;
using CllClip.Portal.Tests.Features.Import;
using CllClip.Portal.Tests.Hosting;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>
/// Script in every text that somebody may give: stored through the API, then every page is read that could show it (CWE-79, CWE-1236). Pages are read twice: as they
/// come over HTTP, and as a circuit draws them once the data is there.
/// </summary>
public sealed partial class ScriptInjectionTests(ScriptInjectionTests.Poisoned portal)
    : IClassFixture<ScriptInjectionTests.Poisoned>,
        IAsyncLifetime
{
    private const string Canary = "canary";
    private const string Name =
        "<script>canary(1)</script>\"'><img src=x onerror=canary(2)></title></textarea></style><svg/onload=canary(3)><a href=javascript:canary(4)>";
    private const string ShortName = "<script>canary(1)</script>\"'><img src=x onerror=canary(2)>"; // names of methods are short
    private const string Formula = "=HYPERLINK(\"http://attacker.example\",\"canary\")";

    private static readonly string[] _tags =
    [
        "<script>canary(5)</script>",
        "\"><img src=x onerror=canary(6)>",
        "javascript:canary(7)",
        "{{canary(8)}}${canary(8)}<%=canary(8)%>",
        "</title><script>canary(9)//",
        "\u202e<script>canary(10)",
        "＜script＞canary(11)＜/script＞",
        "&lt;script&gt;canary(12)",
        "&#60;script&#62;canary(13)",
        "%3Cscript%3Ecanary(14)",
        "--><script>canary(15)</script><!--",
        "]]><script>canary(16)</script>",
        "' onmouseover='canary(17)",
        "@canary+1",
        "+canary",
        "-canary",
        "=canary",
    ];

    private static readonly string[] _addresses =
    [
        "href",
        "src",
        "action",
        "formaction",
        "xlink:href",
        "data",
        "srcdoc",
        "poster",
        "background",
        "ping",
    ];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    [Fact]
    public async Task No_page_as_it_comes_over_HTTP_has_script_of_a_stored_text()
    {
        var routes = typeof(Program)
            .Assembly.GetTypes()
            .SelectMany(t => t.GetCustomAttributes(typeof(RouteAttribute), false).Cast<RouteAttribute>())
            .Select(r => r.Template);
        var targets = routes.SelectMany(Filled).Concat(Further()).Distinct().ToList();
        Assert.True(targets.Count > 25, $"{targets.Count} pages");
        using var client = portal.Client();
        foreach (var target in targets)
        {
            using var answer = await client.GetAsync(target, TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode < 500, $"{answer.StatusCode} for {target}");
            Clean(new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), target);
        }
    }

    [Fact]
    public async Task What_an_address_says_is_text_on_the_page_that_shows_it()
    {
        using var client = portal.Client();
        foreach (
            var attack in new[]
            {
                Name,
                "javascript:canary(1)",
                "\" autofocus onfocus=canary(1) x=\"",
                "</script><script>canary(1)</script>",
                "\u2028canary()",
            }
        )
        {
            var text = Uri.EscapeDataString(attack);
            foreach (
                var target in new[]
                {
                    $"/{text}",
                    $"/runs?q={text}&tag={text}&state={text}&sort={text}&sweep={text}",
                    $"/runs/{text}",
                    $"/runs/{text}/answers?language={text}&show={text}",
                    $"/compare?runs={text},{text}",
                    $"/datasets/{text}",
                    $"/sweeps/{text}",
                    $"/search?q={text}&lang={text}&checkpoint={text}&gallery={text}&like={text}&thing={text}&mode={text}",
                    $"/leaderboard?text={text}&languages={text}&dataset={text}&sort={text}",
                    $"/api/v1/leaderboard?format=html&text={text}&languages=en",
                    $"/launch?from={text}",
                    $"/error?{text}",
                }
            )
            {
                using var answer = await client.GetAsync(target, TestContext.Current.CancellationToken);
                Assert.True((int)answer.StatusCode < 500, $"{answer.StatusCode} for {target}");
                Clean(
                    new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)),
                    target
                );
            }
        }
    }

    [Fact]
    public async Task No_page_as_a_circuit_draws_it_has_script_of_a_stored_text()
    {
        var shown = 0;
        await foreach (var (name, markup) in DrawnPages.AllAsync(portal, portal.Run, portal.Other, portal.Dataset))
        {
            var document = new HtmlParser().ParseDocument(markup);
            Clean(document, name);
            shown += document.Body!.TextContent.Contains(Canary, StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.True(shown >= 8, $"The texts stand on {shown} pages only, so this test looks at too little");
    }

    [Fact]
    public async Task A_link_that_is_a_script_is_not_taken()
    {
        foreach (
            var url in new[]
            {
                "javascript:canary()",
                "JaVaScRiPt:canary()",
                " javascript:canary()",
                "java\tscript:canary()",
                "data:text/html,<script>canary()</script>",
                "vbscript:x",
                "file:///etc/passwd",
                "//attacker.example",
            }
        )
        {
            var import = await ApiClient.AskAsync(
                portal,
                "POST",
                $"/api/v1/runs/import?method=er&source=x&seed=3&preview=true&url={Uri.EscapeDataString(url)}",
                ImportBench.Csv("en"),
                "text/csv"
            );
            Assert.True(import.Code == 400, $"{import.Code} for {url}: {import.Text}");
            var webhook = await ApiClient.AskAsync(portal, "POST", "/api/v1/webhooks", new JsonObject { ["url"] = url }.ToJsonString());
            Assert.True(webhook.Code == 400, $"{webhook.Code} for {url}: {webhook.Text}");
        }
    }

    [Fact]
    public async Task The_report_and_the_table_for_a_paper_run_nothing()
    {
        var report = await ApiClient.AskAsync(portal, "GET", "/api/v1/leaderboard?format=html&source=imported");
        Assert.Equal(200, report.Code);
        Assert.Contains(Canary, report.Text, StringComparison.Ordinal);
        var page = new HtmlParser().ParseDocument(report.Text);
        Clean(page, "the report");
        Assert.Empty(page.Scripts); // it is saved and opened elsewhere, where no policy holds

        var name = "\\input{/etc/passwd}\\write18{id}$x$%&#_^~";
        var import = await ApiClient.AskAsync(
            portal,
            "POST",
            $"/api/v1/runs/import?method={Uri.EscapeDataString(name)}&otherMethod=true&source=x&name={Uri.EscapeDataString(name)}&seed=9",
            ImportBench.Csv("en", "fi"),
            "text/csv"
        );
        Assert.True(import.Code == 201, import.Text);
        var latex = await ApiClient.AskAsync(portal, "GET", "/api/v1/leaderboard?format=latex&source=imported");
        Assert.Equal(200, latex.Code);
        Assert.Contains("passwd", latex.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\\input", latex.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\\write", latex.Text, StringComparison.Ordinal);
        Assert.Equal(204, (await ApiClient.AskAsync(portal, "DELETE", import.Location!)).Code);
    }

    [Fact]
    public async Task No_cell_of_a_table_is_a_formula()
    {
        string[] tables =
        [
            "/api/v1/runs?format=csv&take=1000",
            "/api/v1/leaderboard?format=csv",
            $"/api/v1/runs/{portal.Run}/scores.csv",
            $"/api/v1/runs/{portal.Other}/scores.csv",
            $"/api/v1/runs/{portal.Run}/steps.csv",
            $"/api/v1/runs/{portal.Run}/log?format=csv",
            $"/api/v1/compare?runs={portal.Run},{portal.Other}&format=csv",
            "/api/v1/schedule?format=csv",
            .. portal.Dataset is { } dataset ? [$"/api/v1/datasets/{dataset}/report.csv"] : Array.Empty<string>(),
        ];
        var texts = 0;
        foreach (var table in tables)
        {
            var csv = await ApiClient.AskAsync(portal, "GET", table);
            Assert.Equal((200, "text/csv"), (csv.Code, csv.Type));
            foreach (var cell in Cells(csv.Text).Where(c => c.Length > 0))
            {
                texts += cell.Contains(Canary, StringComparison.Ordinal) ? 1 : 0;
                var runs =
                    cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r'
                    && !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
                Assert.False(runs, $"A spreadsheet would run '{cell}' of {table}");
            }
        }
        Assert.True(texts > 5, $"{texts} cells with an attack");
    }

    /// <summary>Nothing in a document runs that a stored text brought.</summary>
    internal static void Clean(IHtmlDocument document, string where)
    {
        foreach (var element in document.All)
        {
            if (element is IHtmlScriptElement script)
            {
                Assert.False(
                    script.TextContent.Contains(Canary, StringComparison.Ordinal)
                        || script.Source?.Contains(Canary, StringComparison.Ordinal) == true,
                    $"A script in {where}: {script.OuterHtml}"
                );
            }
            Assert.False(
                element.LocalName == "img" && element.GetAttribute("src") == "x",
                $"An attack's picture in {where}: {element.OuterHtml}"
            );
            foreach (var attribute in element.Attributes)
            {
                Assert.False(
                    attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase),
                    $"A handler in {where}: {attribute.Name}=\"{attribute.Value}\""
                );
                if (_addresses.Contains(attribute.Name, StringComparer.OrdinalIgnoreCase))
                {
                    var address = string.Concat(attribute.Value.Where(c => c > ' ' && !char.IsControl(c)));
                    Assert.False(
                        new[] { "javascript:", "vbscript:", "data:text" }.Any(s =>
                            address.StartsWith(s, StringComparison.OrdinalIgnoreCase)
                        ),
                        $"A link that is a script in {where}: {attribute.Value}"
                    );
                }
            }
        }
    }

    private IEnumerable<string> Filled(string route) =>
        route.Contains("{Id}", StringComparison.Ordinal)
            ? new[] { portal.Run, portal.Other, "swept-0", "poisoned", "no-such" }.Select(id =>
                route.Replace("{Id}", id, StringComparison.Ordinal)
            )
            : [route];

    private IEnumerable<string> Further() =>
        [
            $"/compare?runs={portal.Run},{portal.Other}",
            $"/launch?from={portal.Run}",
            "/leaderboard?source=imported",
            "/runs?group=sweep",
            $"/runs/{portal.Run}/answers?stage=1&language=en",
            $"/runs?tag={Uri.EscapeDataString(_tags[0])}",
            "/datasets/poisoned?language=en",
            "/search?gallery=poisoned&q=canary",
        ];

    /// <summary>The cells of a table (RFC 4180), each as it stands without its quotes.</summary>
    private static IEnumerable<string> Cells(string csv)
    {
        var cell = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < csv.Length; i++)
        {
            var c = csv[i];
            if (quoted && c == '"' && i + 1 < csv.Length && csv[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && c is ',' or '\n')
            {
                yield return cell.ToString();
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }
        yield return cell.ToString();
    }
}
