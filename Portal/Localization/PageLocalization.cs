using CllClip.Portal.Access;
using Microsoft.AspNetCore.Localization;
using MudBlazor;

namespace CllClip.Portal.Localization;

/// <summary>The pages' languages: services, the choice by cookie or by the browser's list, and the address that makes a choice.</summary>
public static class PageLocalization
{
    public static IServiceCollection AddPageLocalization(this IServiceCollection services)
    {
        services.AddSingleton<PageTextCatalog>();
        services.AddScoped<PageText>();
        services.AddTransient<MudLocalizer, ComponentLocalizer>();
        return services;
    }

    /// <summary>Gives every request its language. Only words follow it: numbers and dates stay as they are in English.</summary>
    public static WebApplication UsePageLocalization(this WebApplication app)
    {
        var codes = Offered(app.Configuration).Select(l => l.Code).ToArray();
        var options = new RequestLocalizationOptions { ApplyCurrentCultureToResponseHeaders = true }
            .SetDefaultCulture(PageLanguage.English.Code)
            .AddSupportedCultures(PageLanguage.English.Code)
            .AddSupportedUICultures(codes);
        options.RequestCultureProviders = [.. options.RequestCultureProviders.Where(p => p is not QueryStringRequestCultureProvider)];
        app.UseRequestLocalization(options);
        return app;
    }

    /// <summary><c>/language/{code}?back=/runs</c>: keeps the choice for a year and returns to the page.</summary>
    public static WebApplication MapPageLocalization(this WebApplication app)
    {
        app.MapGet("/language/{code}", (string code, string? back, HttpContext context) => Choose(code, back, context))
            .Does(Acts.Look)
            .ExcludeFromDescription();
        return app;
    }

    /// <summary>The languages that a portal with these settings offers.</summary>
    public static IEnumerable<PageLanguage> Offered(IConfiguration settings) =>
        settings.GetValue<bool>("CllClip:PseudoLanguage") ? PageLanguage.All.Append(PageLanguage.Pseudo) : PageLanguage.All;

    private static IResult Choose(string code, string? back, HttpContext context)
    {
        if (Offered(context.RequestServices.GetRequiredService<IConfiguration>()).FirstOrDefault(l => l.Code == code) is not { } language)
        {
            return TypedResults.NotFound();
        }
        context.Response.Cookies.Append(
            CookieRequestCultureProvider.DefaultCookieName,
            CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(PageLanguage.English.Code, language.Code)),
            new CookieOptions
            {
                MaxAge = TimeSpan.FromDays(365),
                SameSite = SameSiteMode.Lax,
                HttpOnly = true,
                Secure = context.Request.IsHttps,
                IsEssential = true,
            }
        );
        // Only ever back into this portal: "//elsewhere" and "/\elsewhere" are addresses of other hosts.
        var local =
            back is ['/', ..] && !back.StartsWith("//", StringComparison.Ordinal) && !back.StartsWith("/\\", StringComparison.Ordinal);
        return TypedResults.LocalRedirect(local ? Escaped(back!) : "/");
    }

    /// <summary>An address as it may stand in a header: a word of any script, a space or a line break in it would make an error of the answer.</summary>
    private static string Escaped(string address) =>
        string.Concat(
            address.EnumerateRunes().Select(r => r.Value is > ' ' and < 0x7f ? r.ToString() : Uri.EscapeDataString(r.ToString()))
        );
}
