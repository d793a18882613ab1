using Bunit;
using CllClip.Portal.Features.Import;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Import;

/// <summary>The page of imports: the mistakes stand at their places, nothing typed is lost, and what was looked at is what is stored.</summary>
public sealed class ImportPageTests : PageContext
{
    private readonly SampleImports _imports = new();

    protected override void AddServices(IServiceCollection services) => services.AddSingleton<IImportDesk>(_imports);

    [Fact]
    public void Without_a_file_the_page_asks_for_one_and_keeps_what_was_typed()
    {
        var page = Render<ImportPage>();
        page.Find("#i-source").Change("A paper");
        page.Find("form").Submit();
        Assert.Contains("No file is chosen", Text(page.Find("#error-file")), StringComparison.Ordinal);
        Assert.Equal("A paper", page.Find("#i-source").GetAttribute("value"));
        Assert.Empty(_imports.Checked);
    }

    [Fact]
    public void Mistakes_stand_beside_their_fields_and_in_a_table_with_lines()
    {
        _imports.Problems =
        [
            new(7, "recall", "A recall of 400 is outside 0 to 100.", "Recall is in percent."),
            new(null, "source", "Say where the scores come from.", "Name who measured them."),
        ];
        var page = Render<ImportPage>();
        Choose(page);
        page.Find("#i-seed").Change("12");
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("line 7", Text(page.Find("table")), StringComparison.Ordinal));
        Assert.Contains("Say where", Text(page.Find("#error-source")), StringComparison.Ordinal);
        Assert.Equal("true", page.Find("#i-source").GetAttribute("aria-invalid"));
        Assert.Equal("12", page.Find("#i-seed").GetAttribute("value"));
        Assert.Equal(12, Assert.Single(_imports.Checked).Seed);
    }

    [Fact]
    public void What_was_looked_at_is_stored_and_its_page_opens()
    {
        var page = Render<ImportPage>();
        Choose(page);
        page.Find("#i-source").Change("A paper");
        page.Find("#i-method").Change("*");
        page.Find("input[aria-label='Name of the method']").Change("Ours");
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("place 2 of 5", Text(page.Find(".places")), StringComparison.Ordinal));
        Assert.Equal(("Ours", true), (_imports.Checked[0].Method, _imports.Checked[0].OtherMethod));
        page.Find("#i-source").Change("Changed since");
        page.FindAll("button").Single(b => b.TextContent.Contains("Import as", StringComparison.Ordinal)).Click();
        page.WaitForAssertion(() =>
            Assert.EndsWith(
                "/runs/new",
                Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().Uri,
                StringComparison.Ordinal
            )
        );
        Assert.Equal("A paper", Assert.Single(_imports.Stored).Source);
    }

    [Fact]
    public void A_run_that_was_imported_is_marked_and_offers_nothing_that_needs_a_checkpoint()
    {
        var run = Desk.Add(SampleDesk.Run("imp", method: "er") with { Origin = SampleImports.Origin, Provenance = null }, 6);
        Desk.Stages["imp"].Clear(); // only its scores are known
        var page = Render<RunPage>(p => p.Add(r => r.Id, run.Id));
        page.WaitForAssertion(() => Assert.Contains("imported, from A paper", Text(page.Find(".page-head")), StringComparison.Ordinal));
        Assert.Contains("6 of 6", Text(page.Find(".facts")), StringComparison.Ordinal);
        Assert.DoesNotContain("Run again", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("/answers", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Vocabulary", page.Markup, StringComparison.Ordinal);
        Assert.Contains("https://example.org/paper", page.Markup, StringComparison.Ordinal);
        var list = Render<RunsTable>(p => p.Add(t => t.Runs, Desk.Runs));
        Assert.Contains("imported, from A paper", Text(list.Find("tbody")), StringComparison.Ordinal);
    }

    private static void Choose(IRenderedComponent<ImportPage> page)
    {
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("stage\n", "scores.csv"));
        page.WaitForAssertion(() => Assert.Contains("scores.csv", page.Markup, StringComparison.Ordinal));
    }

    private sealed class SampleImports : IImportDesk
    {
        public static RunOrigin Origin { get; } =
            new()
            {
                Source = "A paper",
                Url = "https://example.org/paper",
                ImportedAt = DateTime.UtcNow,
                Fingerprint = "abc",
            };

        public IReadOnlyList<ImportProblem> Problems { get; set; } = [];
        public List<ImportSettings> Checked { get; } = [];
        public List<ImportSettings> Stored { get; } = [];

        public Task<(ImportPreview? Preview, IReadOnlyList<ImportProblem> Problems)> CheckAsync(
            ReadOnlyMemory<byte> file,
            ImportSettings given,
            CancellationToken stop = default
        )
        {
            Checked.Add(given);
            var run = SampleDesk.Run("new") with { Origin = Origin };
            return Task.FromResult<(ImportPreview?, IReadOnlyList<ImportProblem>)>(
                Problems.Count > 0
                    ? (null, Problems)
                    : (new ImportPreview(run, 18, 2, [new("emoji36", "emoji36", 6, 2, 5, 41.25, 3, null)], []), [])
            );
        }

        public Task<ImportResult> ImportAsync(ReadOnlyMemory<byte> file, ImportSettings given, CancellationToken stop = default)
        {
            Stored.Add(given);
            return Task.FromResult(new ImportResult(SampleDesk.Run("new"), [], [], []));
        }
    }
}
