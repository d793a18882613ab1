using CllClip.Engine;

namespace CllClip.Portal.Telemetry;

/// <summary>The log on the console, as lines for people or as JSON for programs, and its last warnings in memory.</summary>
public static class PortalLogs
{
    public const string FormatSetting = "CllClip:Log:Format";

    /// <exception cref="EngineException">A setting is wrong.</exception>
    public static IHostApplicationBuilder AddPortalLogs(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (IsJson(builder.Configuration))
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true; // RunId and DatasetId stand there
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        }
        builder.Services.AddSingleton<LogRing>();
        builder.Services.AddSingleton<ILoggerProvider>(s => s.GetRequiredService<LogRing>());
        return builder;
    }

    /// <summary>Whether every line of the console is an object.</summary>
    /// <exception cref="EngineException">The setting is wrong.</exception>
    public static bool IsJson(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings[FormatSetting] switch
        {
            null or "" or "text" => false,
            "json" => true,
            var other => throw new EngineException($"The setting {FormatSetting} is '{other}'. Use text or json."),
        };
    }
}
