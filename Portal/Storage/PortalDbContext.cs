using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace CllClip.Portal.Storage;

/// <summary>The portal's database. Contexts are made by the factory for one piece of work each and never kept.</summary>
public sealed class PortalDbContext(DbContextOptions<PortalDbContext> options) : DbContext(options)
{
    public DbSet<RunEntity> Runs => Set<RunEntity>();
    public DbSet<StageEntity> Stages => Set<StageEntity>();
    public DbSet<ScoreEntity> Scores => Set<ScoreEntity>();
    public DbSet<StateChangeEntity> StateChanges => Set<StateChangeEntity>();
    public DbSet<LogLineEntity> LogLines => Set<LogLineEntity>();
    public DbSet<WebhookEntity> Webhooks => Set<WebhookEntity>();
    public DbSet<WebhookDeliveryEntity> WebhookDeliveries => Set<WebhookDeliveryEntity>();
    public DbSet<AuditEntity> Audit => Set<AuditEntity>();
    public DbSet<PruneRuleEntity> PruneRules => Set<PruneRuleEntity>();
    public DbSet<PruneMarkEntity> PruneMarks => Set<PruneMarkEntity>();
    public DbSet<PruningEntity> Prunings => Set<PruningEntity>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<RunState>().HaveConversion<string>();
        configurationBuilder.Properties<DeliveryState>().HaveConversion<string>();
        configurationBuilder.Properties<AuditOutcome>().HaveConversion<string>();
        configurationBuilder.Properties<RetrievalDirection>().HaveConversion<DirectionConverter>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RunEntity>(run =>
        {
            run.HasKey(r => r.Id);
            run.HasIndex(r => r.Number).IsUnique();
            run.HasIndex(r => new
            {
                r.State,
                r.Lane,
                r.QueuePosition,
            });
            run.HasIndex(r => r.SweepId);
            run.Property(r => r.Languages).AsJson();
            run.Property(r => r.TestSets).AsJson();
            run.Property(r => r.Options).AsJson();
            run.Property(r => r.Tags).AsJson();
            run.Property(r => r.Progress).AsJson();
            run.Property(r => r.Provenance).AsJson();
            run.Property(r => r.Origin).AsJson();
            run.ComplexProperty(r => r.Summary);
        });
        modelBuilder.Entity<StageEntity>(stage =>
        {
            stage.HasKey(s => new { s.RunId, s.Stage });
            stage.Property(s => s.Figures).AsJson();
            stage.HasOne<RunEntity>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ScoreEntity>(score =>
        {
            score.HasKey(s => new { s.RunId, s.Sequence });
            score
                .HasIndex(s => new
                {
                    s.RunId,
                    s.Stage,
                    s.Language,
                    s.Direction,
                    s.K,
                    s.Protocol,
                    s.Dataset,
                })
                .IsUnique();
            score.HasOne<RunEntity>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<StateChangeEntity>(change =>
        {
            change.HasKey(c => new { c.RunId, c.Sequence });
            change.HasOne<RunEntity>().WithMany().HasForeignKey(c => c.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<WebhookEntity>(webhook =>
        {
            webhook.HasKey(w => w.Id);
            webhook.Property(w => w.Events).AsJson();
        });
        modelBuilder.Entity<WebhookDeliveryEntity>(delivery =>
        {
            // No key to the run or the webhook: a message outlives a deleted run, and webhooks of the settings have no row.
            delivery.HasKey(d => d.Id);
            delivery.HasIndex(d => new { d.State, d.DueAt });
            delivery.HasIndex(d => new { d.WebhookId, d.CreatedAt });
        });
        modelBuilder.Entity<AuditEntity>(line =>
        {
            // No key to the run: the log outlives what it tells of.
            line.HasKey(l => l.Id);
            line.HasIndex(l => l.At);
            line.HasIndex(l => new { l.Who, l.At });
            line.HasIndex(l => new { l.What, l.At });
        });
        modelBuilder.Entity<PruneRuleEntity>(rule =>
        {
            rule.HasKey(r => r.Id);
            rule.Property(r => r.Id).ValueGeneratedNever();
            rule.Property(r => r.Rule).AsJson();
        });
        modelBuilder.Entity<PruneMarkEntity>(mark => mark.HasKey(m => m.Name));
        modelBuilder.Entity<PruningEntity>(pruning =>
        {
            pruning.HasKey(p => p.Id);
            pruning.Property(p => p.Things).AsJson();
        });
        modelBuilder.Entity<LogLineEntity>(line =>
        {
            line.HasKey(l => new { l.RunId, l.Sequence });
            line.HasOne<RunEntity>().WithMany().HasForeignKey(l => l.RunId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}

/// <summary>Lets <c>dotnet ef migrations add</c> build the model without starting the portal.</summary>
internal sealed class DesignTimeContexts : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PortalDbContext>().UseSqlite("Data Source=:memory:").Options);
}
