using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Layout;

/// <summary>
/// The first paint comes before the data: it waits for them only as long as nobody notices. Where that is not enough, it shows what it has, and the circuit the
/// rest when it is there.
/// </summary>
internal static class FirstPaint
{
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMilliseconds(250);

    /// <param name="renderer">Of the component.</param>
    /// <param name="load">Reads what the component shows; must not throw.</param>
    public static Task OfAsync(RendererInfo renderer, Task load)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        return renderer.IsInteractive ? load : Task.WhenAny(load, Task.Delay(Unnoticed));
    }
}
