using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CllClip.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SweepsAndQueue : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "IX_Runs_State_Lane", table: "Runs");

            migrationBuilder.AddColumn<string>(name: "Notes", table: "Runs", type: "TEXT", nullable: true);

            migrationBuilder.AddColumn<long>(name: "QueuePosition", table: "Runs", type: "INTEGER", nullable: false, defaultValue: 0L);

            migrationBuilder.AddColumn<string>(name: "SweepId", table: "Runs", type: "TEXT", nullable: true);

            migrationBuilder.AddColumn<string>(name: "SweepName", table: "Runs", type: "TEXT", nullable: true);

            migrationBuilder.Sql("UPDATE Runs SET QueuePosition = Number"); // the order so far

            migrationBuilder.CreateIndex(
                name: "IX_Runs_State_Lane_QueuePosition",
                table: "Runs",
                columns: new[] { "State", "Lane", "QueuePosition" }
            );

            migrationBuilder.CreateIndex(name: "IX_Runs_SweepId", table: "Runs", column: "SweepId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "IX_Runs_State_Lane_QueuePosition", table: "Runs");

            migrationBuilder.DropIndex(name: "IX_Runs_SweepId", table: "Runs");

            migrationBuilder.DropColumn(name: "Notes", table: "Runs");

            migrationBuilder.DropColumn(name: "QueuePosition", table: "Runs");

            migrationBuilder.DropColumn(name: "SweepId", table: "Runs");

            migrationBuilder.DropColumn(name: "SweepName", table: "Runs");

            migrationBuilder.CreateIndex(name: "IX_Runs_State_Lane", table: "Runs", columns: new[] { "State", "Lane" });
        }
    }
}
