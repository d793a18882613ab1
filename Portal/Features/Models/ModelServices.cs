using CllClip.Portal.Access;

namespace CllClip.Portal.Features.Models;

/// <summary>Services of the base models.</summary>
public static class ModelServices
{
    /// <summary>Registering and removing; needs storage and engine.</summary>
    public static IServiceCollection AddModels(this IServiceCollection services) =>
        services.AddSingleton<ModelDesk>().AddSingleton<CheckpointCredits>();

    /// <summary>The page's desk, which asks who is there, and checkpoints on their way out.</summary>
    public static IServiceCollection AddModelPages(this IServiceCollection services)
    {
        services.AddModels();
        services.AddSingleton<HuggingFaceExports>();
        services.AddHostedService(s => s.GetRequiredService<HuggingFaceExports>());
        return services.AddScoped<IModelDesk>(s => new GuardedModelDesk(s.GetRequiredService<ModelDesk>(), s.GetRequiredService<Door>()));
    }
}
