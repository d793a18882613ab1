using Bunit;
using CllClip.Portal.Features.Pruning;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Pruning;

/// <summary>The page, with a made-up data root behind it.</summary>
public sealed class StoragePageTests : PageContext
{
    private readonly SampleStorage _storage = new();

    protected override void AddServices(IServiceCollection services) => services.AddSingleton<IStorageDesk>(_storage);

    [Fact]
    public void An_admin_sees_room_and_preview_and_sets_the_rule()
    {
        _storage.Things.Add(Thing("portal.db.before-x", 1000, null));
        _storage.Things.Add(Thing("<b>run</b>", 5000, KeptWords.Tagged));
        var page = Render<StoragePage>();
        Assert.Contains("Checkpoints of runs", page.Find("table.sizes").TextContent, StringComparison.Ordinal);
        var rows = page.FindAll("table.things tbody tr");
        Assert.Equal(2, rows.Count);
        Assert.Contains("<b>run</b>", Text(rows[0]), StringComparison.Ordinal);
        Assert.Contains("stays: the run has the tag “keep”", Text(rows[0]), StringComparison.Ordinal);
        page.FindAll("table.things thead button")[1].Click();
        Assert.Equal("descending", page.FindAll("table.things thead th")[1].GetAttribute("aria-sort"));
        page.Find("input[type=search]").Input("before");
        Assert.Single(page.FindAll("table.things tbody tr"));

        page.FindAll("input[type=checkbox]")[^1].Change(true);
        Assert.True(_storage.Asked!.Checkpoints.On);
        Assert.True(page.Find("button.danger").HasAttribute("disabled")); // what is shown is not what would be done
        page.Find("form").Submit();
        Assert.True(_storage.Rule.Checkpoints.On);
        Assert.False(page.Find("button.danger").HasAttribute("disabled"));
        page.FindAll("button").Single(b => Text(b) == "Table as CSV").Click();
        Assert.Contains(
            "portal.db.before-x",
            (string)JSInterop.Invocations["portal.download"].Single().Arguments[1]!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Days_that_are_none_are_refused_before_anything_is_set()
    {
        var page = Render<StoragePage>();
        page.Find("input[type=number]").Change("0");
        Assert.Contains("from 1 to 3650", page.Find(".notice.error").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_viewer_sees_the_rule_and_can_change_nothing()
    {
        _storage.May = false;
        var page = Render<StoragePage>();
        Assert.All(page.FindAll("form input"), i => Assert.True(i.HasAttribute("disabled")));
        Assert.Empty(page.FindAll("button.danger, button[type=submit]"));
        Assert.Contains("token of the role admin", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Nothing is old enough", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Nothing was pruned yet", page.Markup, StringComparison.Ordinal);
    }

    private static PrunePreviewThing Thing(string name, long bytes, string? kept) =>
        new()
        {
            Kind = PruneKind.Copies,
            Name = name,
            Bytes = bytes,
            Since = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            Kept = kept,
        };

    private sealed class SampleStorage : IStorageDesk
    {
        public List<PrunePreviewThing> Things { get; } = [];
        public PruneRule Rule { get; private set; } = PruneRule.Usual;
        public PruneRule? Asked { get; private set; }
        public bool May { get; set; } = true;
        public bool MaySet => May;
        public bool MayPrune => May;
        public long? Free => 1_000_000;
        public (StorageMeasure? Last, double Fraction) Sizes => (new([new("checkpoints", 9000)], DateTime.UtcNow), 1);

        public Task<StorageMeasure> MeasureAsync(bool anew = false) => Task.FromResult(Sizes.Last!);

        public Task<PruneRuleView> RuleAsync() => Task.FromResult(new PruneRuleView { Rule = Rule });

        public Task<PrunePreview> PreviewAsync(PruneRule rule)
        {
            Asked = rule;
            return Task.FromResult(
                new PrunePreview { Things = [.. Things.Where(t => t.Kept is null)], Kept = [.. Things.Where(t => t.Kept is not null)] }
            );
        }

        public Task<IReadOnlyList<PruningView>> PruningsAsync() => Task.FromResult<IReadOnlyList<PruningView>>([]);

        public Task<string?> SetAsync(PruneRule rule)
        {
            Rule = rule;
            return Task.FromResult<string?>(null);
        }

        public Task<(PruningView? Done, string? Refused)> PruneAsync() => Task.FromResult<(PruningView?, string?)>((null, "no"));
    }
}
