using System.Text.Json;
using Bunit;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Features;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.JSInterop;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

/// <summary>What a form held before a reload is there again; the browser's part is played by made-up answers.</summary>
public sealed class DraftTests : PageContext
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    protected override TimeProvider Time => _clock;

    /// <summary>What the page handed to the browser to keep, in order; null for a form as it opened.</summary>
    private List<(string Name, string? State)> Handed =>
        [
            .. JSInterop
                .Invocations.Where(i => i.Identifier == "drafts.keep")
                .Select(i => ((string)i.Arguments[0]!, (string?)i.Arguments[1])),
        ];

    private int Forgotten => JSInterop.Invocations.Count(i => i.Identifier == "drafts.forget");

    [Fact]
    public void A_half_filled_launch_is_handed_over_once_typing_rests_and_fills_the_form_after_a_reload()
    {
        var page = Render<LaunchPage>();
        page.Find("[aria-label='Move German earlier']").Click();
        page.Find("#seed").Change("4, 7");
        page.Find("#option-batchSize").Change("1"); // wrong, and nevertheless not lost
        page.Find("#sweep-option").Change("learningRate");
        page.Find("#sweep-values").Change("1e-4, 1e-3");
        page.FindAll("label.switch input")
            .First(i => i.ParentElement!.TextContent.Contains("Several", StringComparison.Ordinal))
            .Change(true);
        page.Find("input[name=method][value=er], input[value=er]").Change("er");
        Assert.Empty(Handed);
        _clock.Advance(Quiet);
        var (name, state) = Assert.Single(Handed);
        Assert.Equal("launch", name);

        Keep("launch", state);
        var again = Render<LaunchPage>();
        Assert.Equal(["de", "en"], again.FindAll(".langs bdi").Select(b => b.GetAttribute("lang")!).Take(2));
        Assert.Equal("4, 7", again.Find("#seed").GetAttribute("value"));
        Assert.Equal("1", again.Find("#option-batchSize").GetAttribute("value"));
        Assert.Equal("1e-4, 1e-3", again.Find("#sweep-values").GetAttribute("value"));
        Assert.Equal(2, again.FindAll("label.method input[checked]").Count);
        Assert.Contains("between 2 and 4096", again.Find("[id='error-options.batchSize']").TextContent, StringComparison.Ordinal);
        Assert.Contains("What you had typed is here again.", again.Find(".draft[role=status]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_anew_opens_the_form_as_it_was_and_forgets_the_draft()
    {
        Keep("launch", """{"languages":["ja","de"],"seeds":"9","teir":true}""");
        var page = Render<LaunchPage>();
        Assert.Equal("9", page.Find("#seed").GetAttribute("value"));
        page.Find(".draft button").Click();
        Assert.Equal("1", page.Find("#seed").GetAttribute("value"));
        Assert.Equal(6, page.FindAll(".langs li").Count);
        Assert.Empty(page.FindAll(".draft"));
        Assert.Equal(1, Forgotten);
        _clock.Advance(Quiet);
        Assert.Empty(Handed);
    }

    [Fact]
    public void A_form_that_was_sent_leaves_no_draft()
    {
        var page = Render<LaunchPage>();
        page.Find("#seed").Change("5");
        page.Find("form").Submit();
        Assert.Single(Desk.Submitted);
        _clock.Advance(Quiet);
        Assert.Equal((1, 0), (Forgotten, Handed.Count));
    }

    [Fact]
    public void A_refused_form_keeps_its_draft()
    {
        Desk.Refusal["name"] = ["There is a run of that name."];
        var page = Render<LaunchPage>();
        page.Find("#run-name").Change("taken");
        page.Find("form").Submit();
        _clock.Advance(Quiet);
        Assert.Equal(0, Forgotten);
        Assert.Contains("taken", Assert.Single(Handed).State, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_typed_back_to_how_the_form_opened_is_no_draft()
    {
        var page = Render<LaunchPage>();
        page.Find("#seed").Change("5");
        _clock.Advance(Quiet);
        page.Find("#seed").Change("1");
        _clock.Advance(Quiet);
        Assert.Equal([false, true], Handed.Select(h => h.State is null));
    }

    [Fact]
    public void A_form_filled_from_a_run_has_a_draft_of_its_own()
    {
        Desk.Add(SampleDesk.Run("42", languages: ["th", "ko"]), 2);
        Keep("launch", """{"seeds":"9"}""");
        Services.GetRequiredService<NavigationManager>().NavigateTo("/launch?from=42");
        var page = Render<LaunchPage>();
        Assert.NotEqual("9", page.Find("#seed").GetAttribute("value"));
        page.Find("#seed").Change("6");
        _clock.Advance(Quiet);
        Assert.Equal("launch?from=42", Assert.Single(Handed).Name);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    [InlineData("""{"languages":"en","seeds":[]}""")]
    [InlineData("""{"methods":["gone",null],"languages":[null],"options":{"batchSize":null},"seeds":null}""")]
    public void A_draft_that_cannot_be_read_leaves_a_form_that_can_be_sent(string state)
    {
        Keep("launch", state);
        var page = Render<LaunchPage>();
        Assert.Equal("1", page.Find("#seed").GetAttribute("value"));
        page.Find("#paper, .order .btn").Click(); // a set of languages
        page.Find("form").Submit();
        Assert.Equal("cll-clip", Assert.Single(Desk.Submitted).Method);
    }

    [Fact]
    public void A_browser_without_storage_or_script_has_the_form_none_the_less()
    {
        JSInterop.Setup<IJSStreamReference>("drafts.read", "launch").SetException(new JSException("no storage"));
        var page = Render<LaunchPage>();
        page.Find("#seed").Change("2");
        page.Find("form").Submit();
        Assert.Equal(2, Assert.Single(Desk.Submitted).Seed);
    }

    [Fact]
    public void Notes_that_were_being_written_open_again()
    {
        var run = SampleDesk.Run("7");
        var stored = new List<RunEdit>();
        IRenderedComponent<RunNotes> Open() =>
            Render<RunNotes>(p =>
                p.Add(n => n.Run, run)
                    .Add(
                        n => n.OnSave,
                        edit =>
                        {
                            stored.Add(edit);
                            return Task.FromResult<IReadOnlyDictionary<string, string[]>>(new Dictionary<string, string[]>());
                        }
                    )
            );
        var notes = Open();
        notes.Find("button").Click();
        notes.Find("#edit-notes").Change("Half a thought");
        _clock.Advance(Quiet);
        Keep("runs/7 notes", Assert.Single(Handed).State);

        var again = Open();
        Assert.Equal("Half a thought", again.Find("#edit-notes").GetAttribute("value"));
        again.Find("form").Submit();
        Assert.Equal("Half a thought", Assert.Single(stored).Notes);
        Assert.Equal(1, Forgotten);
        Assert.Empty(again.FindAll("form"));
    }

    [Fact]
    public void A_base_model_s_form_is_there_again()
    {
        Keep("models", """{"folder":"/data/clip","id":"clip","licence":"MIT"}""");
        var page = Render<ModelsPage>();
        Assert.Equal("/data/clip", page.Find("#folder").GetAttribute("value"));
        Assert.Equal("MIT", page.Find("#licence").GetAttribute("value"));
        Assert.NotEmpty(page.FindAll(".draft"));
    }

    [Fact]
    public void What_was_typed_after_the_last_state_is_asked_for_once_the_form_is_drawn()
    {
        Keep("launch", null, more: true);
        JSInterop.Setup<int>("drafts.fill", "launch").SetResult(1);
        Assert.NotEmpty(Render<LaunchPage>().FindAll(".draft"));
        JSInterop.Setup<int>("drafts.fill", "launch").SetResult(0); // the fields are gone
        Assert.Empty(Render<LaunchPage>().FindAll(".draft"));
    }

    private void Keep(string name, string? state, bool more = false) =>
        JSInterop
            .Setup<IJSStreamReference>("drafts.read", name)
            .SetResult(new Bytes(JsonSerializer.SerializeToUtf8Bytes(new { state, more })));

    private sealed class Bytes(byte[] bytes) : IJSStreamReference
    {
        public long Length => bytes.Length;

        public ValueTask<Stream> OpenReadStreamAsync(long maxAllowedSize = 512000, CancellationToken cancellationToken = default) =>
            new(new MemoryStream(bytes));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
