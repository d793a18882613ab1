using CllClip.Engine.Methods;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Jobs;

/// <summary>Names, tags and notes.</summary>
public sealed partial class RunStore
{
    /// <summary>Changes name, tags or notes of a run in any state; runs that came with the portal stay as they are.</summary>
    /// <param name="id">The run.</param>
    /// <param name="edit">What changes; checked before.</param>
    public ActionResult Edit(string id, RunEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            if (db.Runs.Find(id) is not { } run)
            {
                return ActionResult.NotFound(id);
            }
            if (run.Shipped)
            {
                return Stays(run);
            }
            run.Name = edit.Name?.Trim() ?? run.Name;
            run.Tags = edit.Tags is { } tags ? [.. tags.Distinct(StringComparer.Ordinal)] : run.Tags;
            run.Notes = edit.Notes is { } notes ? (string.IsNullOrWhiteSpace(notes) ? null : notes.Trim()) : run.Notes;
            db.SaveChanges();
            return ActionResult.Done;
        }
    }

    /// <summary>Adds and removes tags of many runs in one transaction.</summary>
    /// <returns>The number of runs changed, and why others could not be.</returns>
    public (int Changed, IReadOnlyList<string> Refused) Tag(
        IReadOnlyCollection<string> ids,
        IReadOnlyCollection<string> add,
        IReadOnlyCollection<string> remove
    )
    {
        var refused = new List<string>();
        var changed = 0;
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            foreach (var run in db.Runs.Where(r => ids.Contains(r.Id)).OrderBy(r => r.Number).ToList())
            {
                List<string> tags = [.. run.Tags.Except(remove).Union(add)];
                if (tags.SequenceEqual(run.Tags))
                {
                    continue;
                }
                if ((run.Shipped ? Stays(run).Message : RunValidation.TagsProblem(tags)) is { } problem)
                {
                    refused.Add(run.Shipped ? problem : $"“{run.Name}”: {problem}");
                    continue;
                }
                run.Tags = tags;
                changed++;
            }
            db.SaveChanges();
        }
        return (changed, refused);
    }

    /// <summary>Gives a tag another name in all runs that have it; where a run has both, one is left.</summary>
    /// <returns>The number of runs changed, and why others could not be.</returns>
    public (int Changed, IReadOnlyList<string> Refused) RenameTag(string from, string to)
    {
        List<string> ids;
        using (var db = contexts.CreateDbContext())
        {
            var stored = Conversions.Write(from);
            ids = [.. db.Runs.Where(r => ((string)(object)r.Tags).Contains(stored)).Select(r => r.Id)];
        }
        return from == to ? (0, []) : Tag(ids, [to], [from]);
    }

    /// <summary>Every tag with the number of runs that have it, the most used first.</summary>
    public IReadOnlyList<TagCount> Tags()
    {
        using var db = contexts.CreateDbContext();
        return
        [
            .. db.Database.SqlQuery<TagCount>(
                $"""SELECT t.value AS "Tag", count(*) AS "Runs" FROM "Runs", json_each("Runs"."Tags") AS t GROUP BY t.value ORDER BY 2 DESC, 1"""
            ),
        ];
    }

    private static ActionResult Stays(RunEntity run) => ActionResult.Conflict($"“{run.Name}” came with the portal and stays as it is.");
}

/// <param name="Tag">A label.</param>
/// <param name="Runs">Number of runs that have it.</param>
public sealed record TagCount(string Tag, int Runs);
