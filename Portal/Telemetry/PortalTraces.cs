using System.Diagnostics;
using CllClip.Engine.Training;

namespace CllClip.Portal.Telemetry;

/// <summary>
/// The portal's spans. Where nobody asked for traces there is no source, and every call here gives null at once. Attributes say what kind of thing was done to what id;
/// never words of a query, a token, a path or the message of an error.
/// </summary>
public sealed class PortalTraces(TelemetrySettings settings) : IDisposable
{
    public const string SourceName = "CllClip.Portal";

    private readonly ActivitySource? _source = settings.Endpoint is null ? null : new(SourceName, RunProvenance.CodeVersion);

    /// <summary>Begins a span within the one at hand; dispose it at its end. Null where it is not kept.</summary>
    public Activity? Start(string name, params ReadOnlySpan<(string Key, object? Value)> tags) => With(_source?.StartActivity(name), tags);

    /// <summary>Begins a span that belongs to no other, whatever led to it.</summary>
    public Activity? StartRoot(string name, params ReadOnlySpan<(string Key, object? Value)> tags)
    {
        if (_source is null)
        {
            return null;
        }
        Activity.Current = null; // a thread begins within whatever span its maker was in
        return Start(name, tags);
    }

    /// <summary>A span that has ended just now.</summary>
    public void Add(string name, TimeSpan took, params ReadOnlySpan<(string Key, object? Value)> tags)
    {
        var began = DateTimeOffset.UtcNow - took;
        using var span = With(_source?.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: began), tags);
    }

    public void Dispose() => _source?.Dispose();

    private static Activity? With(Activity? span, ReadOnlySpan<(string Key, object? Value)> tags)
    {
        foreach (var (key, value) in span is null ? [] : tags)
        {
            span!.SetTag(key, value);
        }
        return span;
    }
}

/// <summary>What spans say of themselves.</summary>
internal static class SpanTags
{
    public const string RunId = "cllclip.run.id";
    public const string Method = "cllclip.run.method";
    public const string Teir = "cllclip.run.teir";
    public const string Dataset = "cllclip.dataset";
    public const string Model = "cllclip.model";
    public const string Languages = "cllclip.run.languages";
    public const string Device = "cllclip.device";
    public const string Outcome = "cllclip.outcome";
    public const string Stage = "cllclip.stage";
    public const string Step = "cllclip.step";

    /// <summary>Says that what the span tells of failed: the kind of the error, not its words. Whoever stops something has not failed.</summary>
    public static void Failed(this Activity? span, Exception error)
    {
        if (error is OperationCanceledException)
        {
            span?.SetTag(Outcome, "cancelled");
            return;
        }
        span?.SetStatus(ActivityStatusCode.Error);
        span?.SetTag("error.type", error.GetType().Name);
    }

    /// <summary>Does something within a span, which says if it fails.</summary>
    public static T During<T>(this Activity? span, Func<T> work)
    {
        using (span)
        {
            try
            {
                return work();
            }
            catch (Exception error)
            {
                span.Failed(error);
                throw;
            }
        }
    }
}
