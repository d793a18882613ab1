using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CllClip.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class TestSets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "IX_Scores_RunId_Stage_Language_Direction_K_Protocol", table: "Scores");

            migrationBuilder.AddColumn<string>(name: "Dataset", table: "Scores", type: "TEXT", nullable: false, defaultValue: "");

            migrationBuilder.AddColumn<string>(name: "TestSets", table: "Runs", type: "TEXT", nullable: false, defaultValue: "[]");

            migrationBuilder.CreateIndex(
                name: "IX_Scores_RunId_Stage_Language_Direction_K_Protocol_Dataset",
                table: "Scores",
                columns: new[] { "RunId", "Stage", "Language", "Direction", "K", "Protocol", "Dataset" },
                unique: true
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "IX_Scores_RunId_Stage_Language_Direction_K_Protocol_Dataset", table: "Scores");

            migrationBuilder.DropColumn(name: "Dataset", table: "Scores");

            migrationBuilder.DropColumn(name: "TestSets", table: "Runs");

            migrationBuilder.CreateIndex(
                name: "IX_Scores_RunId_Stage_Language_Direction_K_Protocol",
                table: "Scores",
                columns: new[] { "RunId", "Stage", "Language", "Direction", "K", "Protocol" },
                unique: true
            );
        }
    }
}
