using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.About;

/// <summary>A library that the portal is built on, with its licence.</summary>
/// <param name="Name">Name.</param>
/// <param name="Use">What for.</param>
/// <param name="Licence">SPDX expression.</param>
/// <param name="Url">Home page.</param>
public sealed record Library(string Name, string Use, string Licence, string Url)
{
    public static IReadOnlyList<Library> All { get; } =
    [
        new(".NET, ASP.NET Core, EF Core", PageText.Key("runtime, pages, database access"), "MIT", "https://dotnet.microsoft.com"),
        new("TorchSharp", PageText.Key("tensors and gradients"), "MIT", "https://github.com/dotnet/TorchSharp"),
        new("libtorch (PyTorch)", PageText.Key("arithmetic behind TorchSharp"), "BSD-3-Clause", "https://pytorch.org"),
        new("MudBlazor", PageText.Key("components of the pages"), "MIT", "https://mudblazor.com"),
        new("SQLite", PageText.Key("the database"), "blessing (public domain)", "https://sqlite.org"),
        new("tus-js-client", PageText.Key("uploads that can be resumed"), "MIT", "https://github.com/tus/tus-js-client"),
        new("Quartz.NET", PageText.Key("the queue of runs"), "Apache-2.0", "https://www.quartz-scheduler.net"),
        new("SkiaSharp", PageText.Key("bitmaps"), "MIT", "https://github.com/mono/SkiaSharp"),
        new("NetVips and libvips", PageText.Key("vector drawings, image files"), "MIT and LGPL-2.1-or-later", "https://www.libvips.org"),
        new("SharpZipLib", PageText.Key("archives"), "MIT", "https://github.com/icsharpcode/SharpZipLib"),
        new("CsvHelper", PageText.Key("tables"), "MS-PL OR Apache-2.0", "https://joshclose.github.io/CsvHelper"),
        new("OpenTelemetry .NET", PageText.Key("traces"), "Apache-2.0", "https://opentelemetry.io"),
        new("prometheus-net", PageText.Key("metrics"), "MIT", "https://github.com/prometheus-net/prometheus-net"),
    ];
}
