using CllClip.Engine;
using CllClip.Portal.Features.Audit;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Access;

/// <summary>What pages act through: it asks for the right, has it done, and writes down who did what. For the API the middleware does the same.</summary>
public sealed class Door(IAccess access, IAuditLog log, PageText text)
{
    /// <summary>Whether the person may.</summary>
    public bool May(Act act) => access.May(act);

    /// <summary>Does something, or says in the reader's language which role it needs.</summary>
    /// <param name="act">What is done.</param>
    /// <param name="targets">Ids of what it is done to; none of what is only made by it.</param>
    /// <param name="work">Does it.</param>
    /// <param name="refused">The answer to those who may not, from the words that say so.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="made">Ids of what was made.</param>
    public async Task<T> DoAsync<T>(
        Act act,
        IReadOnlyCollection<string> targets,
        Func<Task<T>> work,
        Func<string, T> refused,
        Func<T, AuditOutcome> outcome,
        Func<T, IReadOnlyCollection<string>>? made = null
    )
    {
        ArgumentNullException.ThrowIfNull(act);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(outcome);
        var caller = access.Caller;
        if (!caller.May(act))
        {
            await log.RefusedAsync(caller, act, targets);
            return refused(
                text[
                    "This needs the role {0}; yours is {1}. Open the portal with a token of that role (…/?token=TOKEN), or ask whoever runs it.",
                    text[RoleNames.Of(act.Needed)],
                    text[RoleNames.Of(caller.Role)]
                ]
            );
        }
        var names = act == Acts.DeleteRun ? await log.NamesAsync(targets) : null;
        var came = AuditOutcome.Failed;
        IReadOnlyCollection<string> touched = targets;
        try
        {
            var result = await work();
            came = outcome(result);
            touched = came == AuditOutcome.Done && made is not null ? made(result) : targets;
            return result;
        }
        finally
        {
            if (act.Kept)
            {
                await log.WriteAsync(caller, act, came, touched, names);
            }
        }
    }

    /// <summary>As the other, of work that is done at once and may meet an error for people.</summary>
    public Task<string?> DoAsync(Act act, string target, Func<string, string?> work) =>
        DoAsync(
            act,
            target,
            () =>
            {
                try
                {
                    return Task.FromResult(work(target));
                }
                catch (EngineException error)
                {
                    return Task.FromResult<string?>(error.Message);
                }
            }
        );

    /// <summary>Does something that answers with null, or with why it could not be done.</summary>
    public Task<string?> DoAsync(Act act, string target, Func<Task<string?>> work) =>
        DoAsync(act, [target], work, words => words, refusal => refusal is null ? AuditOutcome.Done : AuditOutcome.Conflict);
}
