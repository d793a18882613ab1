using CllClip.Portal.Layout;
using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>The runs of a bundle: which there are, how they went, and what ended them. Names are people's words and stay; notes and tags are not in it.</summary>
internal static class RunLines
{
    private const int Most = 10_000;

    public static async Task<string> CsvAsync(PortalDbContext db, CancellationToken stop = default)
    {
        var runs = await db
            .Runs.AsNoTracking()
            .OrderByDescending(r => r.Number)
            .Take(Most)
            .Select(r => new
            {
                r.Id,
                r.Name,
                r.State,
                r.Method,
                r.Dataset,
                r.Model,
                r.Lane,
                r.CreatedAt,
                r.StartedAt,
                r.EndedAt,
                r.DurationSeconds,
                r.Error,
            })
            .ToListAsync(stop);
        return Csv.Write(
            ["id", "name", "state", "method", "dataset", "model", "device", "createdAt", "startedAt", "endedAt", "seconds", "error"],
            runs.Select(r =>
                (IEnumerable<object?>)
                    [
                        r.Id,
                        r.Name,
                        r.State.ToString(),
                        r.Method,
                        r.Dataset,
                        r.Model,
                        r.Lane,
                        r.CreatedAt,
                        r.StartedAt,
                        r.EndedAt,
                        r.DurationSeconds,
                        r.Error,
                    ]
            )
        );
    }
}
