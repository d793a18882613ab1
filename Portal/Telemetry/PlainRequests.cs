using System.Diagnostics;
using OpenTelemetry;

namespace CllClip.Portal.Telemetry;

/// <summary>Takes from the spans of requests what may say who asked for what: only what is named here stays. Comes before the exporter.</summary>
internal sealed class PlainRequests : BaseProcessor<Activity>
{
    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "network.protocol.version",
        "url.scheme",
        "error.type",
    };

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == PortalTraces.SourceName)
        {
            return;
        }
        foreach (var (key, _) in data.TagObjects.Where(t => !Kept.Contains(t.Key)).ToList())
        {
            data.SetTag(key, null);
        }
        if (data.StatusDescription is not null)
        {
            data.SetStatus(data.Status); // the words of an error
        }
    }
}
