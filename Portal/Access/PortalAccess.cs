using CllClip.Portal.Features.Audit;
using CllClip.Portal.Features.Runs;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CllClip.Portal.Access;

/// <summary>Access control: services, middleware, and the one line on the console that gives the token.</summary>
public static class PortalAccess
{
    private const string DefaultAddress = "http://localhost:5080";
    private const long LargestBody = 32 * 1024 * 1024;

    /// <summary>A browser has up to six beside the one of its page.</summary>
    private const long MostConnections = 10_000;

    /// <summary>A browser sends a head at once; whoever lets one trickle holds a connection open for nothing.</summary>
    private static readonly TimeSpan LongestHead = TimeSpan.FromSeconds(10);

    public static WebApplicationBuilder AddPortalAccess(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = builder.Configuration;
        if (
            string.IsNullOrEmpty(settings["urls"])
            && string.IsNullOrEmpty(settings["http_ports"])
            && string.IsNullOrEmpty(settings["https_ports"])
            && !settings.GetSection("Kestrel:Endpoints").Exists()
        )
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = LongestHead;
        });
        // The server's own log of requests shows whole addresses, also one with a token in it.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.Configure<AccessOptions>(settings.GetSection(AccessOptions.Section));
        var access = settings.GetSection(AccessOptions.Section).Get<AccessOptions>() ?? new();
        TokenSettings.Keys(access); // what is wrong is said before anything starts
        ServerFolders.Check(access.ServerFolders);
        builder.Services.AddTrustedProxies(access);
        builder.Services.TryAddSingleton<IServerBinding, ServerBinding>();
        builder.Services.AddSingleton<AccessGate>();
        builder.Services.AddSingleton(s => new ServerFolders(
            s.GetRequiredService<IOptions<AccessOptions>>().Value.ServerFolders,
            () => s.GetRequiredService<AccessGate>().TokenNeeded
        ));
        builder.Services.AddSingleton((settings.GetSection(LimitOptions.Section).Get<LimitOptions>() ?? new()).Check());
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<OpenConnections>();
        builder.Services.AddSingleton<TokenAttempts>();
        builder.Services.AddRateLimits();
        builder.Services.AddScoped<IAccess>(s => new CircuitAccess(
            s.GetRequiredService<AuthenticationStateProvider>(),
            s.GetRequiredService<AccessGate>()
        ));
        builder.Services.AddScoped<Door>();
        return builder;
    }

    /// <summary>Puts the guard between the pages and the desk of runs; comes after whatever adds the desk.</summary>
    public static IServiceCollection AddGuardedRunDesk(this IServiceCollection services)
    {
        services.AddSingleton<RunDesk>();
        return services.AddScoped<IRunDesk>(s => new GuardedRunDesk(s.GetRequiredService<RunDesk>(), s.GetRequiredService<Door>()));
    }

    /// <summary>Comes first, so that nothing else sees a refused request.</summary>
    public static WebApplication UsePortalAccess(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseForwardedHeaders(); // nothing is read unless the settings name proxies
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<AccessMiddleware>();
        app.UseRateLimiter();
        app.UseWebSockets();
        app.UseMiddleware<ConnectionMiddleware>();
        app.UseMiddleware<AuditMiddleware>();
        app.Lifetime.ApplicationStarted.Register(() => Announce(app.Services.GetRequiredService<AccessGate>()));
        return app;
    }

    /// <summary>Printed, not logged: a token has no business in log files.</summary>
    private static void Announce(AccessGate gate)
    {
        if (!gate.HasAdmin)
        {
            Console.WriteLine(
                "No token of the settings has the role admin: nobody can delete anything, add webhooks or read the audit log."
            );
        }
        if (!gate.TokenNeeded || !gate.TokenIsMade)
        {
            return;
        }
        Console.WriteLine(
            "The portal can be reached from other machines. Whoever changes anything needs this token of an admin, made for this start:"
        );
        foreach (var address in gate.AddressesWithToken)
        {
            Console.WriteLine($"  {address}");
        }
    }
}
