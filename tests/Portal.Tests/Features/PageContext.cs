using Bunit;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Audit;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Search.Own;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Portal.Tests.Features.Models;
using CllClip.Portal.Tests.Features.Search;
using CllClip.Portal.Tests.Jobs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace CllClip.Portal.Tests.Features;

/// <summary>A bUnit context with what the pages need: MudBlazor, a popover provider, loose scripts, and a desk of made-up runs.</summary>
public abstract class PageContext : BunitContext
{
    protected PageContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddPageLocalization();
        Services.AddSingleton(Time);
        Services.AddSingleton<DrawingPace>();
        Services.AddScoped<TabPace>();
        Services.AddSingleton<SharedText>();
        Services.AddSingleton<SharedReads>();
        Services.AddSingleton<IRunDesk>(Desk);
        Services.AddSingleton<ISearch>(Searching);
        Services.AddScoped<OwnImages>();
        Services.AddSingleton<IOwnResults, DeskResults>();
        Services.AddSingleton<LeaderboardService>();
        Services.AddSingleton<IModelDesk>(Models);
        Services.AddSingleton<IEngineHost, ToyEngine>();
        Services.AddSingleton<IAccess>(Visitor);
        Services.AddSingleton(ServerFolders.All);
        Services.AddSingleton<IAuditLog>(Audit);
        Services.AddScoped<Door>();
        if (OwnNavigation is { } navigation)
        {
            Services.AddSingleton(navigation);
        }
        AddServices(Services);
        SetRendererInfo(new RendererInfo("Server", true));
        Render<MudPopoverProvider>();
    }

    protected SampleDesk Desk { get; } = new();

    /// <summary>Who looks at the pages: an admin, unless a test says otherwise.</summary>
    protected SampleAccess Visitor { get; } = new();

    /// <summary>What was written into the audit log.</summary>
    protected KeptAudit Audit { get; } = new();

    /// <summary>Adds what the pages of a test need besides; called before anything is rendered.</summary>
    protected virtual void AddServices(IServiceCollection services) { }

    /// <summary>The clock of the pages: the system's, unless a test moves its own.</summary>
    protected virtual TimeProvider Time => TimeProvider.System;

    /// <summary>The browser's address: bUnit's, unless a test brings its own.</summary>
    protected virtual NavigationManager? OwnNavigation => null;

    protected SampleSearch Searching { get; } = new();

    protected SampleModels Models { get; } = new();

    /// <summary>Text of an element with white space collapsed.</summary>
    protected static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
