using System.Text.Json;
using Bunit;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Tests.Features.Search;
using CllClip.Shared.Languages;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

/// <summary>Tables of a run: sorted by their heads, saved as files.</summary>
public sealed class RunTablesTests : PageContext
{
    private (string Name, string Text) Saved()
    {
        var call = JSInterop.Invocations["portal.download"][^1];
        return ((string)call.Arguments[0]!, (string)call.Arguments[1]!);
    }

    private static void Press<T>(IRenderedComponent<T> table, string head)
        where T : Microsoft.AspNetCore.Components.IComponent =>
        table.FindAll("button.sort").Single(b => b.TextContent.StartsWith(head, StringComparison.Ordinal)).Click();

    private static void Save<T>(IRenderedComponent<T> table, string format)
        where T : Microsoft.AspNetCore.Components.IComponent =>
        table.FindAll(".menu button").Single(b => b.TextContent.EndsWith(format, StringComparison.Ordinal)).Click();

    [Fact]
    public void A_stage_whose_weights_are_here_can_be_saved_as_a_Hugging_Face_folder()
    {
        var stages = new[] { SampleDesk.Stage(1, ["en"]), SampleDesk.Stage(2, ["de"]) };
        var table = Render<StagesTable>(p => p.Add(t => t.Stages, stages).Add(t => t.RunId, "7").Add(t => t.LastCheckpoint, 1));
        var link = Assert.Single(table.FindAll("tbody a"));
        Assert.Equal("/api/v1/checkpoints/7%3A1/huggingface.zip", link.GetAttribute("href"));
        Assert.Equal("run-7-stage-1-huggingface.zip", link.GetAttribute("download"));
        Assert.Empty(Render<StagesTable>(p => p.Add(t => t.Stages, stages)).FindAll("tbody a")); // scores came without weights
    }

    [Fact]
    public void Stages_are_sorted_by_any_column_and_saved_in_that_order()
    {
        var stages = new[] { SampleDesk.Stage(1, ["en"]), SampleDesk.Stage(2, ["de"]) with { BestEpoch = 0 }, SampleDesk.Stage(3, ["ja"]) };
        var table = Render<StagesTable>(p => p.Add(t => t.Stages, stages).Add(t => t.FileName, "run-1-stages"));
        string Order() => string.Join(' ', table.FindAll("tbody .pos").Select(c => c.TextContent));
        Assert.Equal("1 2 3", Order());
        Press(table, "Vocabulary");
        Assert.Equal("3 2 1", Order());
        Assert.Equal(
            "descending",
            table.FindAll("th").Single(t => Text(t).StartsWith("Vocabulary", StringComparison.Ordinal)).GetAttribute("aria-sort")
        );
        Press(table, "Vocabulary");
        Assert.Equal("1 2 3", Order());
        Press(table, "Best epoch");
        Assert.EndsWith("2", Order(), StringComparison.Ordinal); // no best epoch comes last
        Press(table, "Rows in use");
        Save(table, "CSV");
        var (name, text) = Saved();
        var lines = text.Split('\n');
        Assert.Equal("run-1-stages.csv", name);
        Assert.StartsWith("stage,vocabulary,new_tokens,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("3,8399,2100,2711,22272,11.4,", lines[1], StringComparison.Ordinal);
        Save(table, "JSON");
        using var json = JsonDocument.Parse(Saved().Text);
        Assert.Equal([3, 2, 1], json.RootElement.EnumerateArray().Select(r => r.GetProperty("stage").GetInt32()));
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("best_epoch").ValueKind);
    }

    [Fact]
    public void Forgetting_is_sorted_and_saved_with_full_precision()
    {
        var run = Desk.Add(SampleDesk.Run("1"), 4);
        var table = Render<ForgettingTable>(p =>
            p.Add(t => t.Scores, Desk.Scores["1"]).Add(t => t.Languages, run.Languages).Add(t => t.Protocol, "emoji36")
        );
        string[] Codes() => [.. table.FindAll("tbody .lang-code").Select(c => c.TextContent)];
        Press(table, "Language");
        Assert.Equal(LanguageCatalog.Tour.Take(3), Codes());
        Press(table, "Language");
        Assert.Equal(LanguageCatalog.Tour.Take(3).Reverse(), Codes());
        Press(table, "Now");
        Save(table, "JSON");
        using var json = JsonDocument.Parse(Saved().Text);
        var now = json.RootElement.EnumerateArray().Select(r => r.GetProperty("now").GetDouble()).ToList();
        Assert.Equal(now.OrderDescending(), now);
        Assert.Equal(
            Desk.Scores["1"]
                .Where(s => s is { Stage: 4, K: 1, Direction: Shared.Results.RetrievalDirection.TextToImage })
                .Take(3)
                .Select(s => s.Recall)
                .OrderDescending(),
            now
        );
    }

    [Fact]
    public void The_numbers_of_a_chart_are_saved_in_full()
    {
        var points = Enumerable.Range(1, 400).Select(i => new ChartPoint(i, i / 3.0)).ToList(); // more than are drawn
        var chart = Render<LineChart>(p =>
            p.Add(c => c.Title, "Loss terms")
                .Add(c => c.Series, [new ChartSeries("total", points), new ChartSeries("=tau", [new ChartPoint(2, 0.5)])])
        );
        Save(chart, "CSV");
        var (name, text) = Saved();
        Assert.Equal("loss-terms.csv", name);
        var lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(401, lines.Length);
        Assert.Equal("stage,total,\"'=tau\"", lines[0]);
        Assert.Equal("2,0.6666666666666666,0.5", lines[2]);
        Assert.Equal("3,1,", lines[3]);
    }

    [Fact]
    public void The_checkpoint_is_offered_where_its_weights_are()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        Searching.Checkpoints.AddRange(SampleSearch.Run("1", "Run 1", 6));
        Desk.Add(SampleDesk.Run("2") with { Shipped = true }, 6);
        string[] Files(string id) =>
            [.. Render<RunPage>(p => p.Add(r => r.Id, id)).FindAll(".page-head .menu a").Select(a => a.GetAttribute("href")!)];
        Assert.Contains("/api/v1/runs/1/checkpoint", Files("1"));
        Assert.DoesNotContain("/api/v1/runs/2/checkpoint", Files("2"));
    }

    [Fact]
    public void Lines_of_the_log_say_the_day_where_it_is_not_today_and_the_moment_in_full()
    {
        var now = DateTime.UtcNow;
        var old = new DateTime(2024, 2, 29, 23, 59, 58, DateTimeKind.Utc);
        var log = Render<RunLog>(p =>
            p.Add(l => l.Lines, [new("1", old, "info", "Queued."), new("1", now, "info", "Started.")]).Add(l => l.FileName, "run-1-log")
        );
        Assert.Contains("UTC", log.Markup, StringComparison.Ordinal);
        var times = log.FindAll("time");
        Assert.Equal(("2024-02-29 23:59:58", "2024-02-29T23:59:58.000Z"), (times[0].TextContent, times[0].GetAttribute("title")));
        Assert.Equal(8, times[1].TextContent.Length);
        log.FindAll(".menu button").Single(b => Text(b) == "Table as CSV").Click();
        var saved = JSInterop.VerifyInvoke("portal.download").Arguments;
        Assert.Equal("run-1-log.csv", saved[0]);
        Assert.StartsWith("at,level,text\n2024-02-29T23:59:58.0000000Z,info,Queued.\n", (string)saved[1]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_tags_of_any_script_keep_their_own_direction()
    {
        Desk.Add(SampleDesk.Run("1") with { Name = "تجربة 1", Tags = ["اختبار"] }, 2);
        var header = Render<RunPage>(p => p.Add(r => r.Id, "1")).Find(".page-head");
        Assert.Equal("auto", header.QuerySelector("h1")!.GetAttribute("dir"));
        Assert.Equal("اختبار", header.QuerySelector(".chip bdi")!.TextContent);
        Assert.Equal("auto", Render<RunsPage>().Find("td.name a").GetAttribute("dir"));
    }
}
