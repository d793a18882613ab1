using System.Globalization;
using CllClip.Engine;

namespace CllClip.Portal.Access;

/// <summary>The settings <c>CllClip:Limits</c>: how much is kept open at once. What is beyond is refused and told so; whoever is in stays in.</summary>
public sealed class LimitOptions
{
    public const string Section = "CllClip:Limits";

    private const int MostConnections = 100_000;

    /// <summary>Open pages; one of a run with 36 languages takes about two megabytes.</summary>
    public int Pages { get; set; } = 500;

    /// <summary>Open pages of one address. On loopback, where everybody has the same, it does not count.</summary>
    public int PagesPerAddress { get; set; } = 100;

    /// <summary>Programs that listen at the hub.</summary>
    public int Listeners { get; set; } = 500;

    /// <summary>Those of one address. On loopback, where everybody has the same, it does not count.</summary>
    public int ListenersPerAddress { get; set; } = 100;

    /// <exception cref="EngineException">A setting cannot be used; the message names it.</exception>
    public LimitOptions Check()
    {
        foreach (
            var (name, value) in new[]
            {
                (nameof(Pages), Pages),
                (nameof(PagesPerAddress), PagesPerAddress),
                (nameof(Listeners), Listeners),
                (nameof(ListenersPerAddress), ListenersPerAddress),
            }
        )
        {
            if (value is < 1 or > MostConnections)
            {
                throw new EngineException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The setting {Section}:{name} is {value}. Use a number from 1 to {MostConnections}."
                    )
                );
            }
        }
        return this;
    }
}
