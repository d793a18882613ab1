using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Tests;
using CllClip.Portal.Tests.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>The real portal on a free loopback port with a data root of its own, deleted afterwards.</summary>
public sealed class PortalHost : WebApplicationFactory<Program>
{
    private readonly Action<IServiceCollection>? _services;
    private readonly (string Name, string Value)[] _settings;
    private readonly string _data = Directory.CreateTempSubdirectory("cllclip-browser-").FullName;

    public PortalHost(Action<IServiceCollection>? services = null, params (string Name, string Value)[] settings)
    {
        (_services, _settings) = (services, settings);
        PreparedData.LinkInto(_data);
        UseKestrel(0);
        StartServer();
    }

    /// <summary>A portal whose pages show made-up runs.</summary>
    public PortalHost(SampleDesk desk, params (string Name, string Value)[] settings)
        : this(services => services.AddSingleton<IRunDesk>(desk).AddSingleton<IOwnResults>(new DeskResults(desk)), settings) { }

    /// <summary>Skips the test where there is no browser or no data to show; with CLLCLIP_REQUIRE_BROWSER=1 that is a failure instead.</summary>
    public static void RequireData()
    {
        Chromium.Require();
        const string reason = "Emoji36 cannot be prepared: the npm packages are missing (npm ci at the root of the repository).";
        if (!PreparedData.IsThere && Environment.GetEnvironmentVariable("CLLCLIP_REQUIRE_BROWSER") == "1")
        {
            Assert.Fail(reason);
        }
        Assert.SkipUnless(PreparedData.IsThere, reason);
    }

    /// <summary>Address of the portal, with its port, ending in a slash.</summary>
    public string Address => ClientOptions.BaseAddress.ToString();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseEnvironment("Production"); // with the headers and the error page that users get
        builder.UseSetting("CllClip:DataRoot", _data);
        builder.UseSetting("ConnectionStrings:Portal", $"Data Source={Path.Combine(_data, "portal.db")}");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }
        if (_services is not null)
        {
            builder.ConfigureServices(_services);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(_data))
        {
            try
            {
                Directory.Delete(_data, recursive: true);
            }
            catch (IOException)
            {
                // A database file that the process still holds: the system's cleaning of temporary files takes it.
            }
        }
    }
}
