using CllClip.Portal.Access;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace CllClip.Portal.Tests;

/// <summary>The whole portal on a free loopback port with Kestrel, on a data root of its own.</summary>
public class PortalHost : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string?> _settings;
    private readonly Action<IServiceCollection>? _services;

    public PortalHost()
        : this([]) { }

    /// <param name="settings">Settings by name, for example <c>CllClip:Access:Token</c>.</param>
    /// <param name="boundTo">Addresses that the portal believes to listen on; it really listens on loopback.</param>
    /// <param name="services">Services put in the place of the portal's own.</param>
    /// <param name="fill">Puts files into the data root before the portal starts.</param>
    protected internal PortalHost(
        Dictionary<string, string?> settings,
        string? boundTo = null,
        Action<IServiceCollection>? services = null,
        Action<string>? fill = null
    )
    {
        _settings = settings;
        _services = services;
        BoundTo = boundTo;
        PreparedData.LinkInto(DataRoot);
        fill?.Invoke(DataRoot);
        UseKestrel(0);
        StartServer();
    }

    public string DataRoot { get; } = Directory.CreateTempSubdirectory("cllclip-portal-").FullName;

    public Uri Address => ClientOptions.BaseAddress;

    private string? BoundTo { get; }

    /// <summary>A client that follows no redirects and keeps no cookies.</summary>
    public HttpClient Client() => new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseEnvironment("Production");
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.UseSetting("CllClip:DataRoot", DataRoot);
        builder.UseSetting("ConnectionStrings:Portal", $"Data Source={Path.Combine(DataRoot, "portal.db")}");
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }
        builder.ConfigureTestServices(services =>
        {
            if (BoundTo is not null)
            {
                services.Replace(ServiceDescriptor.Singleton<IServerBinding>(new Binding(BoundTo)));
            }
            _services?.Invoke(services);
        });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(DataRoot))
        {
            Directory.Delete(DataRoot, recursive: true);
        }
    }

    private sealed record Binding(string Address) : IServerBinding
    {
        public IReadOnlyCollection<string> Addresses => [Address];

        public bool Complete => true;
    }
}
