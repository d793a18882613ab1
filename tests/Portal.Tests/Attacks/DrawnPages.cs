using Bunit;
using CllClip.Portal.Features.Answers;
using CllClip.Portal.Features.Compare;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Diagnostics;
using CllClip.Portal.Features.Home;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Features.Webhooks;
using CllClip.Portal.Localization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>The pages as a circuit draws them, over the services of a portal that runs: many paint before their data, so that their HTML alone shows little.</summary>
internal sealed class DrawnPages : BunitContext
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(8);

    private DrawnPages(IServiceProvider portal)
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddPageLocalization();
        Services.AddFallbackServiceProvider(portal);
        SetRendererInfo(new RendererInfo("Server", true));
        Render<MudPopoverProvider>();
    }

    /// <summary>Every page that shows what somebody gave, as markup.</summary>
    public static async IAsyncEnumerable<(string Name, string Markup)> AllAsync(
        AttackedPortal portal,
        string run,
        string other,
        string? dataset
    )
    {
        yield return await DrawAsync<RunPage>(portal, "/runs/" + run, run);
        yield return await DrawAsync<RunPage>(portal, "/runs/" + other, other);
        yield return await DrawAsync<RunPage>(portal, "/runs/swept-0", "swept-0");
        yield return await DrawAsync<AnswersPage>(portal, $"/runs/{run}/answers?stage=1&language=en", run);
        yield return await DrawAsync<SweepPage>(portal, "/sweeps/poisoned", "poisoned");
        yield return await DrawAsync<RunsPage>(portal, "/runs");
        yield return await DrawAsync<RunsPage>(portal, "/runs?tag=" + Uri.EscapeDataString("<script>canary(5)</script>"));
        yield return await DrawAsync<SchedulePage>(portal, "/runs/schedule");
        yield return await DrawAsync<ComparePage>(portal, $"/compare?runs={run},{other}");
        yield return await DrawAsync<LeaderboardPage>(portal, "/leaderboard?source=imported");
        yield return await DrawAsync<HomePage>(portal, "/");
        yield return await DrawAsync<LaunchPage>(portal, "/launch?from=" + run);
        yield return await DrawAsync<ModelsPage>(portal, "/models");
        yield return await DrawAsync<DatasetsPage>(portal, "/datasets");
        yield return await DrawAsync<WebhooksPage>(portal, "/webhooks");
        yield return await DrawAsync<StoragePage>(portal, "/storage");
        yield return await DrawAsync<DiagnosticsPage>(portal, "/diagnostics");
        yield return await DrawAsync<SearchPage>(portal, "/search?q=canary" + (dataset is null ? "" : "&gallery=" + dataset));
        if (dataset is not null)
        {
            yield return await DrawAsync<DatasetPage>(portal, $"/datasets/{dataset}?language=en", dataset);
        }
    }

    /// <summary>Draws a page until it shows an attack, or for a while: what shows none is looked at as well.</summary>
    private static async Task<(string Name, string Markup)> DrawAsync<TPage>(AttackedPortal portal, string address, string? id = null)
        where TPage : class, IComponent
    {
        await using var scope = portal.Services.CreateAsyncScope();
        await using var context = new DrawnPages(scope.ServiceProvider);
        context.Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        var page = context.Render<TPage>(parameters =>
        {
            if (id is not null)
            {
                parameters.TryAdd("Id", id);
            }
        });
        try
        {
            page.WaitForState(() => page.Markup.Contains("canary", StringComparison.Ordinal), _patience);
            page.WaitForState(() => !page.Markup.Contains("progressbar", StringComparison.Ordinal), TimeSpan.FromSeconds(1));
        }
        catch (Bunit.Extensions.WaitForHelpers.WaitForFailedException)
        {
            // it shows what it shows
        }
        return ($"{typeof(TPage).Name} at {address}", page.Markup);
    }
}
