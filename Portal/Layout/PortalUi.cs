using CllClip.Portal.Access;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Layout.Components;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;

namespace CllClip.Portal.Layout;

/// <summary>Services and endpoints of the pages.</summary>
public static class PortalUi
{
    public static IServiceCollection AddPortalUi(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            options.SnackbarConfiguration.VisibleStateDuration = 4000;
            options.SnackbarConfiguration.ShowTransitionDuration = 100;
            options.SnackbarConfiguration.HideTransitionDuration = 100;
            options.SnackbarConfiguration.PreventDuplicates = true;
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DrawingPace>();
        services.AddScoped<TabPace>();
        services.AddScoped<CircuitHandler>(s => s.GetRequiredService<TabPace>());
        services.AddSingleton<SharedText>();
        services.AddSingleton<SharedReads>();
        return services;
    }

    /// <summary>Error and not-found pages for browsers; the API answers with problem details instead.</summary>
    public static WebApplication UsePortalUi(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
        {
            app.UseExceptionHandler("/error", createScopeForErrors: true);
        }
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use(
            (context, next) =>
            {
                if (!IsPage(context) && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
                {
                    pages.Enabled = false;
                }
                return next(context);
            }
        );
        app.UseAntiforgery();
        return app;
    }

    public static WebApplication MapPortalUi(this WebApplication app)
    {
        app.MapStaticAssets().Does(Acts.Look);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode().Does(Acts.Look);
        return app;
    }

    private static bool IsPage(HttpContext context) =>
        !new[] { "/api", "/hubs", "/health", "/metrics", "/openapi", "/_blazor" }.Any(p =>
            context.Request.Path.StartsWithSegments(p, StringComparison.Ordinal)
        );
}
